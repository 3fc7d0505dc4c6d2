using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>Concurrency groups through the engine.</summary>
public sealed class GroupTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static string Yaml(string group, string id = "p", string event_ = "go") => $$"""
        id: {{id}}
        inputs: { key: { type: string, default: k } }
        concurrency: {{group}}
        stages:
          - { id: hold, type: wait, wait: { event: {{event_}} } }
        """;

    private static Task<IReadOnlyList<Guid>> EmitAsync(EngineHarness harness, string type = "go") => harness.Engine.EmitAsync(type, JsonDocument.Parse("{}").RootElement);

    private static Task<ExecutionEvent> StartedAsync(EngineHarness harness, Guid id) => harness.WaitForAsync(id, e => e.Type == "execution.started");

    private static async Task<ExecutionStatus> StatusAsync(EngineHarness harness, Guid id) => await harness.Engine.ReadStateAsync(id, s => s.Status);

    private static async Task<StartOutcome> TryStartAsync(EngineHarness harness, string yaml, StagePriority priority = StagePriority.Medium) =>
        await harness.Engine.StartAsync(new StartRequest { Definition = EngineHarness.Parse(yaml), Priority = priority });

    private static async Task<Guid> StartAsync(EngineHarness harness, string yaml, StagePriority priority) => (await TryStartAsync(harness, yaml, priority)).ExecutionId!.Value;

    [Fact]
    public async Task Executions_over_the_limit_wait_and_start_one_after_the_other()
    {
        await using var harness = new EngineHarness();
        var yaml = Yaml("{ group: g }");
        var first = await harness.StartAsync(yaml);
        var low = await StartAsync(harness, yaml, StagePriority.Low);
        var second = await harness.StartAsync(Yaml("{ group: g }", "another-pipeline"));

        Assert.Equal(ExecutionStatus.Running, await StatusAsync(harness, first));
        Assert.Equal((ExecutionStatus.Queued, 1), (await StatusAsync(harness, second), harness.Engine.GetGroupPosition(second)));
        Assert.Equal((ExecutionStatus.Queued, 2), (await StatusAsync(harness, low), harness.Engine.GetGroupPosition(low)));
        Assert.Equal("pending", (await harness.ReadAsync(low)).StatusOf("hold"));
        await EmitAsync(harness);
        await StartedAsync(harness, second);
        Assert.Equal(ExecutionStatus.Queued, await StatusAsync(harness, low));
        Assert.Equal(1, harness.Engine.GetGroupPosition(low));
        await harness.Engine.CancelAsync(second);
        await StartedAsync(harness, low);
    }

    [Fact]
    public async Task Event_that_comes_while_it_waits_is_not_lost_on_a_trigger()
    {
        await using var harness = new EngineHarness();
        const string Triggered = """
            id: t
            concurrency: { group: g }
            stages:
              - { id: a, type: data, triggers: { all: [ { event: early } ] }, data: { value: "1" } }
            """;
        var holder = await harness.StartAsync(Yaml("{ group: g }"));
        var waiting = await harness.StartAsync(Triggered);
        await EmitAsync(harness, "early");
        Assert.Equal(ExecutionStatus.Queued, await StatusAsync(harness, waiting));
        await harness.Engine.CancelAsync(holder);

        await harness.Engine.WaitForEndAsync(waiting).WaitAsync(Limit);
        Assert.Equal("completed", (await harness.ReadAsync(waiting)).StatusOf("a"));
    }

    [Fact]
    public async Task Group_is_named_by_the_inputs()
    {
        await using var harness = new EngineHarness();
        var yaml = Yaml("{ group: 'user-${{ inputs.key }}' }");
        var long_ = new string('x', 5000);
        var running = new[] { await harness.StartAsync(yaml, "\"a\""), await harness.StartAsync(yaml, "\"b\""), await harness.StartAsync(yaml, $"\"{long_}1\""), await harness.StartAsync(yaml, $"\"{long_}2\"") };
        var waiting = await harness.StartAsync(yaml, $"\"{long_}1\"");

        foreach (var id in running) Assert.Equal(ExecutionStatus.Running, await StatusAsync(harness, id));
        Assert.Equal(ExecutionStatus.Queued, await StatusAsync(harness, waiting));
        Assert.Equal("user-a", (await harness.ReadAsync(running[0])).State.Created.Group!.Name);
        Assert.InRange((await harness.ReadAsync(waiting)).State.Created.Group!.Name.Length, 100, 200);
    }

    [Fact]
    public async Task Start_is_refused_when_the_group_has_no_name()
    {
        await using var harness = new EngineHarness();
        Assert.Equal("group_invalid", Assert.Single((await TryStartAsync(harness, Yaml("{ group: \"${{ ''}}\" }"))).Problems).Code);
        Assert.Equal("group_invalid", Assert.Single((await TryStartAsync(harness, Yaml("{ group: \"${{ inputs.key.size() / 0 }}\" }"))).Problems).Code);
        Assert.Empty((await harness.Store.ListAsync(new ExecutionQuery())).Items);
    }

    [Fact]
    public async Task Start_and_retry_are_refused_when_the_group_is_full_and_rejects()
    {
        await using var harness = new EngineHarness();
        var yaml = Yaml("{ group: g, limit: 2, whenFull: reject }");
        var first = await harness.StartAsync(yaml);
        var second = await harness.StartAsync(yaml);
        Assert.Equal("group_full", Assert.Single((await TryStartAsync(harness, yaml)).Problems).Code);
        Assert.Equal(2, (await harness.Store.ListAsync(new ExecutionQuery())).Items.Count);
        await harness.Engine.CancelAsync(first);
        await harness.Engine.WaitForEndAsync(first).WaitAsync(Limit);
        var third = await harness.StartAsync(yaml);

        Assert.Equal("group_full", (await harness.Engine.RetryAsync(first)).Code);
        await harness.Engine.CancelAsync(second);
        await harness.Engine.WaitForEndAsync(second).WaitAsync(Limit);
        Assert.Equal("done", (await harness.Engine.RetryAsync(first)).Code);
        await harness.WaitForAsync(first, e => e.Type == "execution.started" && e.Seq > 3);
        Assert.Equal(ExecutionStatus.Running, await StatusAsync(harness, third));
    }

    [Fact]
    public async Task Oldest_is_cancelled_when_the_group_is_full_and_says_so()
    {
        await using var harness = new EngineHarness();
        var yaml = Yaml("{ group: g, limit: 2, whenFull: cancel-oldest }");
        var oldest = await harness.StartAsync(yaml);
        var other = await harness.StartAsync(yaml);
        var newest = await harness.StartAsync(yaml);
        await harness.Engine.WaitForEndAsync(oldest).WaitAsync(Limit);
        await StartedAsync(harness, newest);

        var run = await harness.ReadAsync(oldest);
        Assert.Equal(ExecutionStatus.Cancelled, run.State.Status);
        Assert.Contains(newest.ToString(), run.State.Reason, StringComparison.Ordinal);
        Assert.Equal(ExecutionStatus.Running, await StatusAsync(harness, other));
    }

    [Fact]
    public async Task Paused_execution_keeps_its_slot_and_one_paused_in_line_steps_aside()
    {
        await using var harness = new EngineHarness();
        var yaml = Yaml("{ group: g }");
        var holder = await harness.StartAsync(yaml);
        var aside = await harness.StartAsync(yaml);
        var last = await harness.StartAsync(yaml);
        await harness.Engine.PauseAsync(holder);
        await harness.Engine.PauseAsync(aside);
        Assert.Equal((null, 1), (harness.Engine.GetGroupPosition(aside), harness.Engine.GetGroupPosition(last)));
        await harness.Engine.CancelAsync(holder);
        await StartedAsync(harness, last);
        await harness.Engine.ResumeAsync(aside);
        Assert.Equal((ExecutionStatus.Queued, 1), (await StatusAsync(harness, aside), harness.Engine.GetGroupPosition(aside)));
        await harness.Engine.CancelAsync(last);
        await StartedAsync(harness, aside);
    }

    [Fact]
    public async Task Child_is_refused_when_an_execution_above_it_holds_its_group()
    {
        await using var harness = new EngineHarness();
        harness.With(Yaml("{ group: g, limit: 5 }", "leaf"));
        harness.With("id: middle\nstages:\n  - { id: call, pipeline: { id: leaf } }");
        var run = await harness.RunAsync("id: top\nconcurrency: { group: g, limit: 5 }\nstages:\n  - { id: call, pipeline: { id: middle } }");

        Assert.Equal(ExecutionStatus.Failed, run.State.Status);
        Assert.Contains("concurrency group 'g'", run.State.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_and_slots_are_as_they_were_when_a_new_engine_takes_over()
    {
        var store = new InMemoryEventStore();
        var yaml = Yaml("{ group: g, limit: 2 }");
        var ids = new List<Guid>();
        await using (var before = new EngineHarness(store))
        {
            for (var i = 0; i < 6; i++) ids.Add(await before.StartAsync(yaml));
            await before.Engine.PauseAsync(ids[1]);
        }

        await using var after = new EngineHarness(store);

        // One that comes before the recovery finds the group as the store has it.
        ids.Add(await after.StartAsync(yaml));
        Assert.Equal(ExecutionStatus.Queued, await StatusAsync(after, ids[6]));
        await after.Engine.RecoverAsync();
        Assert.Equal([null, null, 1, 2, 3, 4, 5], ids.Select(after.Engine.GetGroupPosition));
        for (var next = 2; next < ids.Count; next++)
        {
            await after.Engine.CancelAsync(ids[next == 2 ? 0 : next - 1]);
            await StartedAsync(after, ids[next]);
            Assert.All(ids.Skip(next + 1), id => Assert.NotNull(after.Engine.GetGroupPosition(id)));
        }
    }

    [Fact]
    public async Task Limit_holds_when_engines_die_and_many_executions_come_and_go()
    {
        var store = new InMemoryEventStore();
        const string Work = """
            id: work
            concurrency: { group: g, limit: 3 }
            stages:
              - { id: a, code: { name: a } }
              - { id: b, needs: [a], code: { name: b } }
            """;
        const int EachStarts = 50;
        var ids = new List<Guid>();
        for (var generation = 0; generation < 4; generation++)
        {
            // Never told to stop, as a process that was killed; the next one claims what it had.
            var harness = new EngineHarness(store, slots: 4);
            harness.Code.Register("a", _ => 1);
            harness.Code.Register("b", _ => 2);
            await harness.Engine.RecoverAsync();
            for (var i = 0; i < EachStarts; i++) ids.Add(await harness.StartAsync(Work));

            // Each death finds some attempts running, on a busy machine the same ones again; who has lived through two may
            // not be there at a third, which would fail it by rule.
            foreach (var id in ids.Take(EachStarts * (generation - 1))) await harness.WaitForAsync(id, e => e.Data is ExecutionCompleted);
        }

        await using var last = new EngineHarness(store, slots: 4);
        last.Code.Register("a", _ => 1);
        last.Code.Register("b", _ => 2);
        await last.Engine.RecoverAsync();
        foreach (var id in ids)
        {
            await last.WaitForAsync(id, e => e.Data is ExecutionCompleted);
        }

        await AssertLimitAsync(store, 3);
    }

    [Fact]
    public async Task Thousands_in_line_are_worked_off()
    {
        await using var harness = new EngineHarness();
        const string Quick = "id: quick\nconcurrency: { group: g }\nstages:\n  - { id: a, type: data, data: { value: \"1\" } }";
        var holder = await harness.StartAsync(Yaml("{ group: g }"));
        var ids = new List<Guid>();
        for (var i = 0; i < 3000; i++) ids.Add(await harness.StartAsync(Quick));
        Assert.Equal(3000, harness.Engine.GetGroupPosition(ids[^1]));
        await EmitAsync(harness);

        await harness.Engine.WaitForEndAsync(holder).WaitAsync(Limit);
        foreach (var id in ids) await harness.Engine.WaitForEndAsync(id).WaitAsync(TimeSpan.FromSeconds(120));
        await AssertLimitAsync(harness.Store, 1);
    }

    [Fact]
    public async Task Slot_is_free_again_when_the_creation_could_not_be_committed()
    {
        await using var harness = new EngineHarness(new FailingStore(new InMemoryEventStore(), failures: 1, creations: true));
        var yaml = Yaml("{ group: g }");
        Assert.Equal("disk_full", Assert.Single((await TryStartAsync(harness, yaml)).Problems).Code);

        await StartedAsync(harness, await harness.StartAsync(yaml));
    }

    [Fact]
    public async Task Execution_whose_creation_was_committed_and_not_answered_holds_its_slot_and_goes_on()
    {
        var inner = new InMemoryEventStore();
        await using var harness = new EngineHarness(new DeafStore(inner), new HurriedTime());
        var yaml = "id: p\nconcurrency: { group: g }\nstages:\n  - { id: a, code: { name: a } }";
        var gate = new TaskCompletionSource();
        harness.Code.Register("a", async _ => await gate.Task);
        Assert.False((await TryStartAsync(harness, yaml)).IsStarted);
        var lost = Assert.Single((await inner.ListAsync(new ExecutionQuery())).Items).Summary.Id;
        var second = await harness.StartAsync(yaml);
        Assert.Equal((ExecutionStatus.Queued, 1), (await StatusAsync(harness, second), harness.Engine.GetGroupPosition(second)));
        gate.SetResult();

        await harness.WaitForAsync(second, e => e.Type == "execution.completed");
        Assert.Equal(ExecutionStatus.Completed, await StatusAsync(harness, lost));
        await AssertLimitAsync(inner, 1);
    }

    [Fact]
    public async Task Retry_that_is_repeated_under_its_key_is_answered_as_before_when_the_group_is_full()
    {
        await using var harness = new EngineHarness();
        var yaml = Yaml("{ group: g, whenFull: reject }");
        var key = new IdempotencyKey { Key = "again" };
        var id = await harness.StartAsync(yaml);
        await harness.Engine.CancelAsync(id);
        await harness.Engine.WaitForEndAsync(id).WaitAsync(Limit);
        Assert.Equal("done", (await harness.Engine.RetryAsync(id, key: key)).Code);
        await harness.Engine.CancelAsync(id);
        await harness.Engine.WaitForEndAsync(id).WaitAsync(Limit);
        await harness.StartAsync(yaml);

        Assert.Equal("done", (await harness.Engine.RetryAsync(id, key: key)).Code);
        Assert.Equal("group_full", (await harness.Engine.RetryAsync(id)).Code);
    }

    /// <summary>A store that commits the first append, says that it could not, and cannot be read once.</summary>
    private sealed class DeafStore(InMemoryEventStore inner) : PassingStore(inner)
    {
        private int _appends;
        private int _reads;

        public override async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
        {
            var outcome = await base.AppendAsync(append, cancellationToken);
            return Interlocked.Increment(ref _appends) > 1 ? outcome : throw new StoreUnavailableException("disk_error", "The disk is gone.");
        }

        public override ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default) =>
            Interlocked.Increment(ref _reads) > 1
                ? base.ReadAsync(executionId, after, filter, maxBytes, cancellationToken)
                : throw new StoreUnavailableException("disk_error", "The disk is gone.");
    }

    /// <summary>Reads the whole store in the order of its commits: never more than the limit between start and end.</summary>
    private static async Task AssertLimitAsync(IEventStore store, int limit)
    {
        var running = new HashSet<Guid>();
        long position = 0;
        while (await store.ReadFromPositionAsync(position, 1 << 20) is { Count: > 0 } blocks)
        {
            foreach (var block in blocks)
            {
                position = block.Position;
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Type == "execution.started") running.Add(e.ExecutionId);
                    else if (e.Type is "execution.completed" or "execution.failed" or "execution.cancelled") running.Remove(e.ExecutionId);
                    Assert.True(running.Count <= limit, $"{running.Count} run at position {position}, {limit} may");
                }
            }
        }

        Assert.Empty(running);
    }
}
