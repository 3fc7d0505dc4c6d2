using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class RecoveryTests
{
    private const string Chain = """
        id: chain
        stages:
          - { id: first, code: { name: first } }
          - { id: second, needs: [first], code: { name: second } }
        """;

    [Fact]
    public async Task An_execution_goes_on_when_a_new_engine_takes_it_up()
    {
        var store = new InMemoryEventStore();
        var reached = new TaskCompletionSource();
        var first = 0;
        Guid id;
        await using (var before = new EngineHarness(store))
        {
            before.Code.Register("first", _ => ++first);
            before.Code.Register("second", async c =>
            {
                reached.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.CancellationToken);
            });
            id = await before.StartAsync(Chain);
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        await using var after = new EngineHarness(store);
        after.Code.Register("first", _ => ++first);
        after.Code.Register("second", _ => "done");
        Assert.Equal(1, await after.Engine.RecoverAsync());
        await after.WaitForAsync(id, e => e.Type == "execution.completed");

        var run = await after.ReadAsync(id);
        Assert.Equal(1, first);
        Assert.Equal("\"done\"", run.OutputOf("second"));
        var lost = Assert.Single(run.Data<StageFailed>("second"));
        Assert.True(lost.Lost);
        Assert.Equal(ErrorCodes.WorkerStopped, lost.Error!.Code);
    }

    [Fact]
    public async Task An_attempt_is_recorded_as_lost_when_its_process_died()
    {
        var store = new InMemoryEventStore();
        var hang = new TaskCompletionSource();
        var reached = new TaskCompletionSource();

        // Never disposed before the second engine claims the execution, as a process that was killed.
        var dead = new EngineHarness(store);
        dead.Code.Register("first", _ => 1);
        dead.Code.Register("second", async _ =>
        {
            reached.SetResult();
            await hang.Task;
        });
        var id = await dead.StartAsync(Chain);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await using var after = new EngineHarness(store);
        after.Code.Register("second", _ => "again");
        await after.Engine.RecoverAsync();
        await after.WaitForAsync(id, e => e.Type == "execution.completed");
        hang.SetResult();

        var run = await after.ReadAsync(id);
        Assert.Equal(ErrorCodes.WorkerDied, Assert.Single(run.Data<StageFailed>("second")).Error!.Code);
        Assert.Equal(2, run.Stage("second").Attempt);
        Assert.Equal(Enumerable.Range(1, run.Events.Count).Select(i => (long)i), run.Events.Select(e => e.Seq));
        await dead.DisposeAsync();
        Assert.Equal(run.Events.Count, (await after.ReadAsync(id)).Events.Count);
    }

    [Fact]
    public async Task A_loss_says_what_the_dead_worker_had_left_running()
    {
        var store = new InMemoryEventStore();
        var hang = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        var dead = new EngineHarness(store);
        dead.Code.Register("first", async _ =>
        {
            reached.SetResult();
            await hang.Task;
        });
        var id = await dead.StartAsync(Chain);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await using var after = new EngineHarness(store, orphans: [new OrphanedAttempt(id, "first", 1, [41, 42], [43])]);
        after.Code.Register("first", _ => 1);
        after.Code.Register("second", _ => 2);
        await after.Engine.RecoverAsync();
        await after.WaitForAsync(id, e => e.Type == "execution.completed");
        hang.SetResult();

        var lost = Assert.Single((await after.ReadAsync(id)).Data<StageFailed>("first"));
        Assert.Equal(ErrorCodes.WorkerDied, lost.Error!.Code);
        Assert.Equal("Processes that it left running were ended: 41, 42. These did not end when killed: 43.", lost.Error.Detail);
        await dead.DisposeAsync();
    }

    [Fact]
    public async Task A_large_value_is_stored_apart_and_read_by_expressions_also_after_a_restart()
    {
        var store = new InMemoryEventStore();
        const string Yaml = """
            id: large
            stages:
              - { id: make, code: { name: make } }
              - { id: hold, type: wait, needs: [make], wait: { event: go } }
              - { id: size, type: data, needs: [hold], data: { value: "stages.make.output.text.size()" } }
            """;
        Guid id;
        await using (var before = new EngineHarness(store))
        {
            before.Code.Register("make", _ => new { text = new string('x', 200_000) });
            id = await before.StartAsync(Yaml);
            await before.WaitForAsync(id, e => e.Type == "stage.waiting");
        }

        await using var after = new EngineHarness(store);
        await after.Engine.RecoverAsync();
        await after.Engine.EmitAsync("go", System.Text.Json.JsonDocument.Parse("{}").RootElement);
        await after.WaitForAsync(id, e => e.Type == "execution.completed");

        var run = await after.ReadAsync(id);
        Assert.Equal("200000", run.OutputOf("size"));
        var completed = run.Data<StageCompleted>("make").Single();
        Assert.False(completed.Output.IsInline);
        Assert.Equal(200_011, completed.Output.Bytes);
    }

    [Fact]
    public async Task A_waiting_timer_and_an_approval_keep_their_deadlines_over_a_restart()
    {
        var store = new InMemoryEventStore();
        Guid id;
        await using (var before = new EngineHarness(store))
        {
            id = await before.StartAsync("""
                id: deadline
                stages:
                  - { id: ask, type: wait, wait: { approval: { timeout: 400ms, onTimeout: approve } } }
                  - { id: after, type: data, needs: [ask], data: { value: "1" } }
                """);
            await before.WaitForAsync(id, e => e.Type == "approval.requested");
        }

        await using var after = new EngineHarness(store);
        await after.Engine.RecoverAsync();
        await after.WaitForAsync(id, e => e.Type == "execution.completed");

        var run = await after.ReadAsync(id);
        Assert.Equal("timeout", run.Data<ApprovalGranted>().Single().By);
    }

    [Fact]
    public async Task Cancelling_a_parent_cancels_its_child()
    {
        await using var engine = new EngineHarness();
        engine.With("""
            id: slow
            stages:
              - { id: sleep, shell: { run: "echo here; sleep 600" } }
            """);
        var id = await engine.StartAsync("""
            id: outer
            stages:
              - { id: call, pipeline: { id: slow } }
            """);
        var started = await engine.WaitForAsync(id, e => e.Data is StageStarted { Child: not null });
        var child = ((StageStarted)started.Data).Child!.Value;
        await engine.WaitForAsync(child, e => e.Type == "stage.output");

        await engine.Engine.CancelAsync(id);
        await engine.Engine.WaitForEndAsync(id).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ExecutionStatus.Cancelled, (await engine.ReadAsync(id)).State.Status);
        Assert.Equal(ExecutionStatus.Cancelled, (await engine.ReadAsync(child)).State.Status);
    }

    [Fact]
    public async Task Secrets_reach_the_process_and_never_the_log()
    {
        const string Secret = "correct-horse-battery";
        await using var engine = new EngineHarness(secrets: name => name == "TOKEN" ? Secret : null);

        var run = await engine.RunAsync("""
            id: secret
            inputs: { pin: { type: string, secret: true }, fake: { type: string } }
            stages:
              - id: use
                shell:
                  env: { TOKEN: "Bearer ${{ secrets.TOKEN }}", PIN: "${{ inputs.pin }}", FAKE: "${{ inputs.fake }}" }
                  run: |
                    printf 'got %s and %s and %s\n' "$TOKEN" "$PIN" "$FAKE"
                    printf 'correct-horse'; printf -- '-battery\n'
                    [ "$TOKEN" = "Bearer correct""-horse-battery" ] || exit 9
            """, """{"pin": "12345678-pin", "fake": "${{ secrets.TOKEN }}"}""");

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal("got Bearer *** and *** and ${{ secrets.TOKEN }}\n***\n", run.Text("use"));
        var log = string.Concat(run.Events.Select(e => System.Text.Encoding.UTF8.GetString(Line(e))));
        Assert.DoesNotContain(Secret, log, StringComparison.Ordinal);
        Assert.DoesNotContain("12345678-pin", log, StringComparison.Ordinal);
        Assert.Contains("Bearer ${{ secrets.TOKEN }}", log, StringComparison.Ordinal);
    }

    private static byte[] Line(ExecutionEvent e)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        EventJson.WriteLine(output, e);
        return output.WrittenSpan.ToArray();
    }
}
