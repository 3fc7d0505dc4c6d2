using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Core.Tests.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling.Schedules;

public sealed class ScheduleRunnerTests : IAsyncDisposable
{
    private const string Nightly = """
        id: p
        inputs: { who: { type: string } }
        schedules: [{ id: s, cron: "*/5 * * * *", misfire: run-all, overlap: allow, input: { who: clock }, labels: { kind: test } }]
        stages: [{ id: a, data: { value: "execution.scheduledAt + ' ' + inputs.who" } }]
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualTime _time = new();
    private readonly InMemoryEventStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Runner_starts_a_pipeline_at_its_time_and_says_so_in_the_log()
    {
        await using var world = new World(_store, _store, _time, Nightly);
        await world.ListAsync();
        _time.Advance(TimeSpan.FromMinutes(5));

        var run = Assert.Single(await world.RunsAsync(1));

        var created = run.Data<ExecutionCreated>().Single();
        Assert.Equal(("schedule", "schedule s"), (created.Trigger, created.RequestedBy));
        Assert.Equal(new ScheduleLink("s", new DateTimeOffset(2026, 11, 20, 0, 5, 0, TimeSpan.Zero)), created.Schedule);
        Assert.Equal("test", created.Labels!["kind"]);
        Assert.Equal("\"2026-11-20T00:05:00.0000000Z clock\"", Encoding.UTF8.GetString(run.Data<ExecutionCompleted>().Single().Output.Json.Span));
        var status = Assert.Single(await world.ListAsync());
        Assert.Equal((1, run.Id, new DateTimeOffset(2026, 11, 20, 0, 10, 0, TimeSpan.Zero)), (status.Started, status.LastExecution, status.Next));
    }

    [Fact]
    public async Task Runner_makes_up_for_times_that_passed_while_no_process_ran()
    {
        await using (var world = new World(_store, _store, _time, Nightly)) await world.ListAsync();
        _time.Advance(TimeSpan.FromMinutes(17));

        await using var next = new World(_store, _store, _time, Nightly);

        Assert.Equal(["00:05", "00:10", "00:15"], (await next.RunsAsync(3)).Select(r => r.Data<ExecutionCreated>().Single().Schedule!.Time.ToString("HH:mm", null)).Order());
    }

    /// <summary>The store fails at every place in turn, before a write is applied or after, and the process dies of it.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Runner_starts_each_time_once_when_the_store_fails_anywhere(int place, bool isApplied)
    {
        await using (var world = new World(_store, _store, _time, Nightly)) await world.ListAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        var records = new FailingRecords(_store, place, isApplied);
        await using (var world = new World(_store, records, _time, Nightly)) await world.UntilAsync(() => Task.FromResult(records.HasFailed));

        await using var next = new World(_store, _store, _time, Nightly);
        await next.UntilAsync(async () => (await next.ListAsync()).Single() is { Started: 2, Waiting: 0 });

        Assert.Equal([5, 10], (await next.RunsAsync(2)).Select(r => r.Data<ExecutionCreated>().Single().Schedule!.Time.Minute).Order());
    }

    [Fact]
    public async Task Runner_tries_again_when_an_execution_cannot_be_created()
    {
        var failing = new FailingStore(_store, failures: 3, creations: true);
        await using var world = new World(failing, _store, _time, Nightly);
        await world.ListAsync();
        _time.Advance(TimeSpan.FromMinutes(5));

        // A creation whose answer was lost counts as started; what fails then is what the execution itself writes.
        await world.UntilAsync(async () => (await world.ListAsync()).Single().Started >= 1 && (await _store.ListAsync(new ExecutionQuery())).Items.Any(i => i.Summary.Status.IsTerminal()), _time);

        Assert.Equal(0, failing.Failures);
        Assert.Equal(0, Assert.Single(await world.ListAsync()).Failed);
        var runs = await world.RunsAsync(1);
        Assert.Single(runs, r => r.Data<ExecutionCreated>().Single().Schedule!.Time.Minute == 5);
    }

    [Fact]
    public async Task Runner_waits_for_the_end_of_one_before_it_starts_the_next_when_they_queue()
    {
        await using var world = new World(_store, _store, _time, """
            id: p
            schedules: [{ id: s, cron: "*/5 * * * *", overlap: queue }]
            stages: [{ id: a, wait: { event: go } }]
            """);
        await world.ListAsync();
        _time.Advance(TimeSpan.FromMinutes(5));
        await world.UntilAsync(async () => (await world.ListAsync()).Single().Started == 1);
        _time.Advance(TimeSpan.FromMinutes(5));
        await world.UntilAsync(async () => (await world.ListAsync()).Single().Waiting == 1);

        await world.UntilAsync(async () => (await world.Harness.Engine.EmitAsync("go", JsonElement.Parse("null"))).Count == 1);

        await world.UntilAsync(async () => (await world.ListAsync()).Single() is { Started: 2, Waiting: 0, Running: 1 });
    }

    [Fact]
    public async Task Runner_cancels_what_runs_when_the_next_replaces_it()
    {
        await using var world = new World(_store, _store, _time, """
            id: p
            schedules: [{ id: s, cron: "*/5 * * * *", overlap: cancel-running }]
            stages: [{ id: a, wait: { event: go } }]
            """);
        await world.ListAsync();
        _time.Advance(TimeSpan.FromMinutes(5));
        await world.UntilAsync(async () => (await world.ListAsync()).Single().Started == 1);
        var first = (await world.ListAsync()).Single().LastExecution!.Value;
        _time.Advance(TimeSpan.FromMinutes(5));

        await world.UntilAsync(async () => (await world.ListAsync()).Single().Started == 2);

        Assert.Equal(ExecutionStatus.Cancelled, await world.Harness.Engine.ReadStateAsync(first, s => s.Status));
    }

    [Fact]
    public async Task Schedule_that_is_held_starts_nothing_until_it_goes_on_and_stays_held_across_processes()
    {
        await using (var world = new World(_store, _store, _time, Nightly))
        {
            Assert.True((await world.Runner.PauseAsync("p", "s", "ann")).IsDone);
            Assert.Equal("schedule_not_found", (await world.Runner.PauseAsync("p", "other")).Code);
        }

        _time.Advance(TimeSpan.FromMinutes(20));
        await using var next = new World(_store, _store, _time, Nightly);
        var held = Assert.Single(await next.ListAsync());
        Assert.Equal((true, "ann", 0L), (held.IsPaused, held.PausedBy, held.Started));

        Assert.True((await next.Runner.ResumeAsync("p", "s")).IsDone);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(25, Assert.Single(await next.RunsAsync(1)).Data<ExecutionCreated>().Single().Schedule!.Time.Minute);
    }

    [Fact]
    public async Task Changed_file_counts_from_now_and_a_schedule_that_is_gone_stops()
    {
        await using var world = new World(_store, _store, _time, Nightly);
        await world.ListAsync();
        _time.Advance(TimeSpan.FromMinutes(4));

        world.Edit(Nightly.Replace("*/5 * * * *", "* * * * *", StringComparison.Ordinal));
        Assert.Equal(5, Assert.Single(await world.ListAsync()).Next!.Value.Minute);
        _time.Advance(TimeSpan.FromMinutes(1));
        await world.RunsAsync(1);
        world.Edit(Nightly[..Nightly.IndexOf("schedules", StringComparison.Ordinal)] + "stages: [{ id: a, data: { value: '1' } }]");
        Assert.Empty(await world.ListAsync());
        _time.Advance(TimeSpan.FromMinutes(30));

        world.Edit(Nightly);
        var back = Assert.Single(await world.ListAsync());

        Assert.Equal((1L, 0L), (back.Started, back.Missed));
        await world.RunsAsync(1);
    }

    [Fact]
    public async Task Trigger_starts_one_at_once_beside_the_times()
    {
        await using var world = new World(_store, _store, _time, Nightly);

        var answer = await world.Runner.TriggerAsync("p", "s", "ann");

        Assert.True(answer.IsDone, answer.Message);
        var created = Assert.Single(await world.RunsAsync(1)).Data<ExecutionCreated>().Single();
        Assert.Equal(("schedule", "ann"), (created.Trigger, created.RequestedBy));
        Assert.Equal(0, (await world.ListAsync()).Single().Started);
    }

    [Fact]
    public async Task Pipelines_of_one_id_have_schedules_of_their_own_in_each_organization()
    {
        await using var world = new World(_store, _store, _time, Nightly);
        world.Edit(Nightly, Nightly.Replace("*/5 * * * *", "*/10 * * * *", StringComparison.Ordinal));
        Assert.Equal(["acme", "default"], (await world.ListAsync()).Select(s => s.Organization));
        _time.Advance(TimeSpan.FromMinutes(10));
        await world.RunsAsync(3);
        var started = (await _store.ListAsync(new ExecutionQuery())).Items.Select(i => i.Summary.Organization).Order(StringComparer.Ordinal);
        Assert.Equal(["acme", "default", "default"], started);

        // Held and started in one, it goes on in the other.
        Assert.True((await world.Runner.PauseAsync("p", "s", "ann", "acme")).IsDone);
        Assert.Equal("schedule_not_found", (await world.Runner.PauseAsync("p", "s", "ann", "other")).Code);
        Assert.Equal([("acme", true), ("default", false)], (await world.ListAsync()).Select(s => (s.Organization, s.IsPaused)));
        Assert.True((await world.Runner.TriggerAsync("p", "s", "ann", "acme")).IsDone);
        Assert.Equal(2, (await _store.ListAsync(new ExecutionQuery { Organization = "acme" })).Items.Count);
    }

    /// <summary>A runner and its engine, as a process has them.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly IEventStore _store;
        private readonly ManualTime _time;
        private volatile IReadOnlyList<ScheduledPipeline> _pipelines;

        public World(IEventStore store, IRecordStore records, ManualTime time, string yaml)
        {
            _store = store;
            _time = time;
            Harness = new EngineHarness(store, time);
            _pipelines = [new ScheduledPipeline(EngineHarness.Parse(yaml), null)];
            Runner = new ScheduleRunner(Harness.Engine, records, () => _pipelines, new ScheduleOptions { Time = time });
            Runner.Start();
        }

        public EngineHarness Harness { get; }

        public ScheduleRunner Runner { get; }

        /// <summary>Changes the pipeline, and gives another organisation one of the same id.</summary>
        public void Edit(string yaml, string? ofAcme = null)
        {
            _pipelines = [new ScheduledPipeline(EngineHarness.Parse(yaml), null), .. ofAcme is null ? [] : new[] { new ScheduledPipeline(EngineHarness.Parse(ofAcme), null) { Organization = "acme" } }];
            Runner.Wake();
        }

        /// <summary>Lists the schedules once the runner has looked at the clock: a new one is stored only then.</summary>
        public async Task<IReadOnlyList<ScheduleStatus>> ListAsync()
        {
            Runner.Wake();
            return await Runner.ListAsync();
        }

        /// <summary>Waits until so many executions have been started and have ended; there must not be more.</summary>
        public async Task<IReadOnlyList<Run>> RunsAsync(int count)
        {
            await UntilAsync(async () => (await _store.ListAsync(new ExecutionQuery())).Items.Count(i => i.Summary.Status.IsTerminal()) >= count);
            await Runner.ListAsync();
            var items = (await _store.ListAsync(new ExecutionQuery())).Items;
            return await Task.WhenAll(items.Select(i => Harness.ReadAsync(i.Summary.Id)));
        }

        /// <summary>Waits for a condition, which a look of its own or the clock brings about.</summary>
        public async Task UntilAsync(Func<Task<bool>> condition, ManualTime? time = null)
        {
            var start = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    if (await condition()) return;
                }
                catch (StoreUnavailableException)
                {
                    // It is what fails here; the next look may not.
                }

                Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, "the condition did not come about");
                time?.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Runner.DisposeAsync();

            // An execution that waits to try the store again waits by this clock.
            var end = Harness.Engine.DisposeAsync().AsTask();
            await UntilAsync(() => Task.FromResult(end.IsCompleted), _time);
        }
    }

    /// <summary>Records whose writes fail from one place on, the first of them perhaps after it was applied.</summary>
    private sealed class FailingRecords(IRecordStore inner, int place, bool isApplied) : IRecordStore
    {
        private int _writes;

        public bool HasFailed { get; private set; }

        public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default) => inner.GetAsync(key, cancellationToken);

        public async ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default)
        {
            var write = _writes++;
            if (write < place) return await inner.WriteAsync(writes, cancellationToken);
            if (write == place && isApplied) await inner.WriteAsync(writes, cancellationToken);
            HasFailed = true;
            throw new StoreUnavailableException("disk_full", "The disk is full.");
        }

        public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default) => inner.ListAsync(query, cancellationToken);
    }
}
