using Sightglass.Core.Executions;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class PipelineEngineTests
{
    [Fact]
    public async Task Stages_run_in_the_order_of_their_needs_and_pass_values_on()
    {
        await using var engine = new EngineHarness();

        var run = await engine.RunAsync("""
            id: chain
            inputs: { n: { type: integer, required: true } }
            stages:
              - id: a
                type: data
                data: { value: "inputs.n + 1" }
              - id: b
                type: data
                needs: [a]
                data: { value: "{'doubled': stages.a.output * 2}" }
            """, """{"n": 20}""");

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal("""{"doubled":42}""", run.OutputOf("b"));
        Assert.Equal(
            ["execution.created", "stage.queued", "execution.started", "stage.started", "stage.completed", "stage.queued", "stage.started", "stage.completed", "execution.completed"],
            run.Events.Select(e => e.Type));
        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), run.Events.Select(e => e.Seq));
    }

    [Fact]
    public async Task Shell_output_stands_before_the_result_and_is_complete()
    {
        await using var engine = new EngineHarness();

        var run = await engine.RunAsync("""
            id: print
            stages:
              - id: p
                shell: { run: "seq 1 20000; echo oops >&2; exit 3" }
            """);

        Assert.Equal(ExecutionStatus.Failed, run.State.Status);
        Assert.Equal("exit_code", run.Stage("p").Error!.Code);
        Assert.Equal(string.Concat(Enumerable.Range(1, 20000).Select(i => i + "\n")), run.Text("p"));
        var result = run.Events.Single(e => e.Type == "stage.failed").Seq;
        Assert.All(run.Events.Where(e => e.Type == "stage.output"), e => Assert.True(e.Seq < result));
    }

    [Fact]
    public async Task A_failed_attempt_is_repeated_with_a_delay_and_its_own_number()
    {
        await using var engine = new EngineHarness();
        var calls = 0;
        engine.Code.Register("flaky", _ => ++calls < 3 ? throw new InvalidOperationException("not yet") : calls);

        var run = await engine.RunAsync("""
            id: flaky
            stages:
              - id: f
                code: { name: flaky }
                retry: { maxAttempts: 3, delay: 10ms }
            """);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal(3, run.Stage("f").Attempt);
        Assert.Equal([true, true], run.Data<StageFailed>("f").Select(f => f.WillRetry));
    }

    [Fact]
    public async Task ForEach_runs_one_instance_an_item_within_its_limit_and_collects_in_order()
    {
        await using var engine = new EngineHarness();
        var active = 0;
        var most = 0;
        engine.Code.Register("square", async c =>
        {
            most = Math.Max(most, Interlocked.Increment(ref active));
            await Task.Yield();
            Interlocked.Decrement(ref active);
            return c.InputAs<int>() * c.InputAs<int>();
        });

        var run = await engine.RunAsync("""
            id: fan
            stages:
              - id: square
                forEach: ${{ [1, 2, 3, 4, 5] }}
                maxParallel: 2
                code: { name: square, input: "${{ item }}" }
              - id: sum
                type: data
                data: { value: "stages.square.output.map(r, r.output)" }
            """);

        Assert.Equal("[1,4,9,16,25]", run.OutputOf("sum"));
        Assert.Equal("completed", run.StatusOf("square[4]"));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_branch_skips_what_it_does_not_take_and_a_join_runs_all_the_same()
    {
        await using var engine = new EngineHarness();

        var run = await engine.RunAsync("""
            id: branch
            stages:
              - { id: choose, type: branch, when: "1 > 2", then: yes-side, else: no-side }
              - { id: yes-side, type: data, data: { value: "1" } }
              - { id: after-yes, type: data, needs: [yes-side], data: { value: "1" } }
              - { id: no-side, type: data, data: { value: "2" } }
              - { id: join, type: data, needs: [after-yes, no-side], data: { value: "'joined'" } }
            """);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal("skipped", run.StatusOf("yes-side"));
        Assert.Equal("branch_not_taken", run.Stage("yes-side").Reason);
        Assert.Equal("skipped", run.StatusOf("after-yes"));
        Assert.Equal("completed", run.StatusOf("join"));
    }

    [Fact]
    public async Task A_child_pipeline_gives_its_result_to_its_parent()
    {
        await using var engine = new EngineHarness();
        engine.With("""
            id: child
            inputs: { x: { type: integer, required: true } }
            stages:
              - { id: add, type: data, data: { value: "inputs.x + 1" } }
            """);

        var run = await engine.RunAsync("""
            id: parent
            stages:
              - { id: call, pipeline: { id: child, input: { x: 41 } } }
            """);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal("42", run.OutputOf("call"));
        var child = await engine.ReadAsync(run.Stage("call").Child!.Value);
        Assert.Equal(run.Id, child.State.Created.Parent!.ExecutionId);
    }

    [Fact]
    public async Task Cancel_ends_the_running_process_and_the_execution()
    {
        await using var engine = new EngineHarness();
        var id = await engine.StartAsync("""
            id: long
            stages:
              - { id: sleep, shell: { run: "echo started; sleep 600" } }
              - { id: after, type: data, needs: [sleep], data: { value: "1" } }
            """);
        await engine.WaitForAsync(id, e => e.Type == "stage.output");

        var answer = await engine.Engine.CancelAsync(id, "me", "enough");
        await engine.Engine.WaitForEndAsync(id).WaitAsync(TimeSpan.FromSeconds(30));

        var run = await engine.ReadAsync(id);
        Assert.True(answer.Accepted);
        Assert.Equal(ExecutionStatus.Cancelled, run.State.Status);
        Assert.Equal("cancelled", run.StatusOf("sleep"));
        Assert.Equal("cancelled", run.StatusOf("after"));
    }

    [Fact]
    public async Task Approval_is_asked_when_all_else_holds_and_lets_the_stage_run()
    {
        await using var engine = new EngineHarness();
        var id = await engine.StartAsync("""
            id: approve
            stages:
              - { id: build, type: data, data: { value: "1" } }
              - id: publish
                type: data
                data: { value: "'published'" }
                triggers: { all: [ { completed: build }, { any: [ { event: go, where: "event.branch == 'main'" }, { approval: { by: [operator] } } ] } ] }
            """);
        await engine.WaitForAsync(id, e => e.Type == "approval.requested");

        Assert.False((await engine.Engine.AnswerAsync(id, "build", true)).Accepted);
        Assert.Empty(await engine.Engine.EmitAsync("go", System.Text.Json.JsonDocument.Parse("""{"branch":"dev"}""").RootElement));
        Assert.True((await engine.Engine.AnswerAsync(id, "publish", true, "ann", "fine")).Accepted);
        await engine.Engine.WaitForEndAsync(id).WaitAsync(TimeSpan.FromSeconds(30));

        var run = await engine.ReadAsync(id);
        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.False(run.Data<TriggerEvaluated>().Single(e => e.Event is not null).Result);
    }

    [Fact]
    public async Task Rollback_undoes_completed_stages_newest_first()
    {
        await using var engine = new EngineHarness();
        var undone = new List<string>();
        engine.Code.Register("ok", _ => 1);
        engine.Code.Register("undo", c => { undone.Add(c.InputAs<string>()!); });
        engine.Code.Register("fail", _ => throw new InvalidOperationException("no"));

        var run = await engine.RunAsync("""
            id: back
            onFailure: rollback
            stages:
              - { id: a, code: { name: ok }, undo: { code: { name: undo, input: a } } }
              - { id: b, needs: [a], code: { name: ok }, undo: { code: { name: undo, input: b } } }
              - { id: c, needs: [b], code: { name: fail } }
            """);

        Assert.Equal(ExecutionStatus.Failed, run.State.Status);
        Assert.Equal(["b", "a"], undone);
        Assert.Equal("c", run.State.FailedStage);
    }

    [Fact]
    public async Task Retry_runs_what_failed_in_the_next_turn_of_the_same_execution()
    {
        await using var engine = new EngineHarness();
        var broken = true;
        var first = 0;
        engine.Code.Register("first", _ => ++first);
        engine.Code.Register("maybe", _ => broken ? throw new InvalidOperationException("no") : "fine");
        const string Yaml = """
            id: again
            stages:
              - { id: first, code: { name: first } }
              - { id: maybe, needs: [first], code: { name: maybe } }
              - { id: last, type: data, needs: [maybe], data: { value: "stages.maybe.output" } }
            """;
        var run = await engine.RunAsync(Yaml);
        Assert.Equal("skipped", run.StatusOf("last"));

        broken = false;
        var answer = await engine.Engine.RetryAsync(run.Id, "me");
        await engine.WaitForAsync(run.Id, e => e.Type == "execution.completed");

        run = await engine.ReadAsync(run.Id);
        Assert.True(answer.Accepted, answer.Message);
        Assert.Equal(1, first);
        Assert.Equal(2, run.State.Turn);
        Assert.Equal("\"fine\"", run.OutputOf("last"));
    }

    [Fact]
    public async Task Retry_of_many_stages_is_told_in_several_events_of_one_turn()
    {
        await using var engine = new EngineHarness();
        var broken = true;
        engine.Code.Register("gate", _ => broken ? throw new InvalidOperationException("no") : 1);
        var yaml = "id: wide\nstages:\n  - { id: gate, code: { name: gate } }\n" + string.Concat(Enumerable.Range(0, 900).Select(i => $"  - {{ id: s{i}, needs: [gate], type: data, data: {{ value: '1' }} }}\n"));
        var run = await engine.RunAsync(yaml);
        Assert.Equal(900, run.State.CountStages().Skipped);

        broken = false;
        Assert.True((await engine.Engine.RetryAsync(run.Id)).Accepted);
        await engine.WaitForAsync(run.Id, e => e.Type == "execution.completed");

        run = await engine.ReadAsync(run.Id);
        Assert.Equal(901, run.State.CountStages().Completed);
        Assert.Equal([2, 2, 2], run.Data<ExecutionReopened>().Select(r => r.Turn));
        Assert.Equal(901, run.Data<ExecutionReopened>().Sum(r => r.Stages.Count));
    }

    [Fact]
    public async Task The_default_timeout_does_not_end_a_wait()
    {
        await using var engine = new EngineHarness();

        var run = await engine.RunAsync("""
            id: patient
            defaults: { timeout: 50ms }
            stages:
              - { id: hold, type: wait, wait: { for: 200ms } }
            """);

        Assert.Equal("completed", run.StatusOf("hold"));
    }
}
