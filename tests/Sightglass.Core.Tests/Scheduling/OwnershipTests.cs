using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class OwnershipTests
{
    private const string Hold = """
        id: hold
        stages:
          - { id: hold, code: { name: hold } }
          - { id: after, type: data, needs: [hold], data: { value: "1" } }
        """;

    [Fact]
    public async Task An_execution_that_runs_is_left_alone_when_another_is_started_with_its_id()
    {
        await using var engine = new EngineHarness();
        var go = new TaskCompletionSource();
        var runs = 0;
        engine.Code.Register("hold", async _ =>
        {
            runs++;
            await go.Task;
        });
        var id = await engine.StartAsync(Hold);

        var second = await engine.Engine.StartAsync(new StartRequest { Definition = EngineHarness.Parse(Hold), Id = id });
        Assert.Equal("execution_exists", Assert.Single(second.Problems).Code);
        await engine.Engine.PauseAsync(id);
        await engine.Engine.ResumeAsync(id);
        go.SetResult();
        await engine.WaitForAsync(id, e => e.Type == "execution.completed");

        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_start_that_is_refused_gives_its_slot_back()
    {
        var store = new InMemoryEventStore();
        const string One = """
            id: one
            stages:
              - { id: a, type: data, data: { value: "1" } }
            """;
        await using var engine = new EngineHarness(store, slots: 1);
        var ended = await engine.RunAsync(One);

        var second = await engine.Engine.StartAsync(new StartRequest { Definition = EngineHarness.Parse(One), Id = ended.Id });

        Assert.Equal("execution_exists", Assert.Single(second.Problems).Code);
        Assert.Equal(ExecutionStatus.Completed, (await engine.RunAsync(One)).State.Status);
    }

    [Fact]
    public async Task An_execution_goes_on_when_the_read_after_a_failed_commit_fails_too()
    {
        await using var engine = new EngineHarness(new FailingStore(new InMemoryEventStore(), failures: 2, readsFail: true), new HurriedTime());

        var run = await engine.RunAsync("""
            id: patient
            stages:
              - { id: a, type: data, data: { value: "1" } }
              - { id: b, type: data, needs: [a], data: { value: "2" } }
            """);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
    }

    [Fact]
    public async Task Whoever_waits_for_an_answer_gets_one_when_the_engine_stops_while_the_store_is_away()
    {
        var engine = new EngineHarness(new FailingStore(new InMemoryEventStore(), failures: int.MaxValue), new HurriedTime());
        var go = new TaskCompletionSource();
        engine.Code.Register("hold", async _ => await go.Task);
        var id = await engine.StartAsync(Hold);
        var asked = engine.Engine.PauseAsync(id);

        await engine.DisposeAsync();
        await asked.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        go.SetResult();

        var late = await engine.Engine.CancelAsync(id).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(late.Accepted);
    }
}
