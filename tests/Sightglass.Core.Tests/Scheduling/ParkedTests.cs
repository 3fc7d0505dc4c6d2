using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>An engine that fails where nothing is there for it: one execution stands still, nobody waits for it for ever.</summary>
public sealed class ParkedTests
{
    private const string Two = """
        id: two
        stages:
          - { id: a, code: { name: work } }
          - { id: b, needs: [a], code: { name: work } }
        """;

    [Fact]
    public async Task An_execution_is_parked_with_its_reason_and_others_go_on_when_a_turn_throws()
    {
        var random = new FailingRandom();
        var code = new CodeRegistry().Register("work", _ => { });
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = new InMemoryEventStore(), StageTypes = [new CodeStage(code)], Slots = 1, Random = random });
        random.Fails = true;
        var broken = await StartAsync(engine);

        var reason = await engine.WaitForEndAsync(broken, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("internal_error", reason?.Code);
        Assert.Contains("No dice", reason?.Message, StringComparison.Ordinal);
        Assert.Equal("parked", (await engine.PauseAsync(broken).WaitAsync(TimeSpan.FromSeconds(30))).Code);
        Assert.Equal(ExecutionStatus.Running, await engine.ReadStateAsync(broken, s => s.Status).WaitAsync(TimeSpan.FromSeconds(30)));

        // The only slot is free again.
        random.Fails = false;
        var whole = await StartAsync(engine);
        Assert.Null(await engine.WaitForEndAsync(whole, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(ExecutionStatus.Completed, await engine.ReadStateAsync(whole, s => s.Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_waits_for_the_end_gives_the_reason_when_the_execution_is_parked(bool listens)
    {
        var code = new CodeRegistry().Register("work", _ => { });
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = new InMemoryEventStore(), StageTypes = [new CodeStage(code)], Random = new FailingRandom { Fails = true } });

        var result = await engine.ExecuteAsync(new StartRequest { Definition = EngineHarness.Parse(Two) }, listens ? (_, _) => { } : null, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal((ExecutionStatus.Running, "internal_error"), (result.Status, result.Error?.Code));
        Assert.Contains("No dice", result.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_follower_gets_the_whole_log_and_then_the_reason_once_when_the_execution_is_parked()
    {
        var code = new CodeRegistry().Register("work", _ => { });
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = new InMemoryEventStore(), StageTypes = [new CodeStage(code)], Random = new FailingRandom { Fails = true } });
        var id = await StartAsync(engine);
        var steps = new List<FollowStep>();

        // The heartbeat after the reason shows that the follow goes on and does not say it again.
        await foreach (var step in engine.Follower.FollowAsync(id, 0, TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
        {
            steps.Add(step);
            if (steps.Exists(s => s.Parked is not null) && step.Parked is null) break;
        }

        var parked = Assert.Single(steps, s => s.Parked is not null);
        Assert.Equal(engine.GetParked(id), parked.Parked);
        Assert.Equal(await engine.ReadStateAsync(id, s => s.LastSeq), parked.Last);
        Assert.DoesNotContain(steps, s => s.Ended);
    }

    [Fact]
    public async Task An_undo_that_takes_too_long_names_its_own_limit()
    {
        await using var engine = new EngineHarness();
        engine.Code.Register("ok", _ => { });
        engine.Code.Register("boom", _ => throw new InvalidOperationException("boom"));
        engine.Code.Register("slow", c => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.CancellationToken));

        var run = await engine.RunAsync("""
            id: undo
            onFailure: rollback
            stages:
              - { id: a, code: { name: ok }, timeout: 1h, undo: { code: { name: slow }, timeout: 50ms } }
              - { id: b, needs: [a], code: { name: boom } }
            """);

        Assert.Equal(new Core.Stages.StageError("timeout", "It took longer than 50ms and was stopped."), run.Data<StageUndoFailed>("a").Single().Error);
    }

    [Fact]
    public async Task A_child_s_end_reaches_its_parent_though_the_store_cannot_give_the_parent_for_a_while()
    {
        var store = new InMemoryEventStore();
        Guid parent;
        Guid child;
        const string Child = """
            id: child
            stages: [{ id: c, wait: { approval: {} } }]
            """;
        await using (var first = new EngineHarness(store).With(Child))
        {
            parent = await first.StartAsync("""
                id: parent
                stages: [{ id: p, pipeline: { id: child } }]
                """);
            child = ((StageStarted)(await first.WaitForAsync(parent, e => e.Data is StageStarted)).Data).Child!.Value;
            await first.WaitForAsync(child, e => e.Type == "approval.requested");
        }

        // Only the child is taken up; its parent is not at hand when it ends.
        var failing = new UnclaimedStore(store, parent, failures: 3);
        await using var second = new EngineHarness(failing, new HurriedTime()).With(Child);
        Assert.True((await second.Engine.AnswerAsync(child, "c", true)).Accepted);
        await second.WaitForAsync(parent, e => e.Type == "execution.completed");

        Assert.Equal(0, failing.Failures);
    }

    private static async Task<Guid> StartAsync(PipelineEngine engine) =>
        (await engine.StartAsync(new StartRequest { Definition = EngineHarness.Parse(Two) })).ExecutionId!.Value;

    private sealed class FailingRandom : Random
    {
        public bool Fails { get; set; }

        public override double NextDouble() => Fails ? throw new InvalidOperationException("No dice.") : 0.5;
    }

    /// <summary>A store that cannot claim one execution for a while.</summary>
    private sealed class UnclaimedStore(IEventStore inner, Guid id, int failures) : PassingStore(inner)
    {
        public int Failures { get; private set; } = failures;

        public override ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default)
        {
            if (executionId != id || Failures == 0) return base.ClaimAsync(executionId, cancellationToken);
            Failures--;
            throw new StoreUnavailableException("disk_full", "The disk is full.");
        }
    }
}
