using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Tests.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Monitoring;

/// <summary>Runs whose program ended before they did.</summary>
public sealed class MonitorRecoveryTests : IAsyncDisposable
{
    private static readonly PipelineDefinition Feature = new()
    {
        Id = "feature",
        Stages = [new() { Id = "plan", Type = "loop" }, new() { Id = "build", Type = "loop", Needs = ["plan"] }, new() { Id = "ship", Type = "loop", Needs = ["build"] }],
    };

    private readonly InMemoryEventStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Run_goes_on_under_its_id_when_a_new_monitor_takes_it_up()
    {
        var run = await BeginAsync();
        await using var monitor = Monitor();
        Assert.Equal([run], await monitor.RecoverAsync(RecoveryRule.GoOn));
        Assert.Empty(await monitor.RecoverAsync(RecoveryRule.GoOn));
        Assert.Equal(1, Assert.Single(monitor.GetMetrics().Pipelines).Active);
        monitor.StageStarted(run, "build");
        monitor.StageOutput(run, "build", "again");
        monitor.StageCompleted(run, "build");
        monitor.StageStarted(run, "ship");
        monitor.StageCompleted(run, "ship", 7);

        var events = await EventsAsync(monitor, run);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.Seq));
        Assert.True(events.Zip(events.Skip(1)).All(p => p.First.Time <= p.Second.Time));
        var lost = Assert.Single(events.Select(e => e.Data).OfType<StageFailed>());
        Assert.Equal((ErrorCodes.WorkerDied, true, true), (lost.Error!.Code, lost.Lost, lost.WillRetry));
        var state = (await LogReader.FoldAsync(_store, run))!;
        Assert.Equal((ExecutionStatus.Completed, 2, 1), (state.Status, state.Find("build")!.Attempt, state.Find("ship")!.Attempt));
        var listed = Assert.Single((await monitor.HistoryAsync()).Items).Summary;
        Assert.Equal((ExecutionStatus.Completed, "x"), (listed.Status, listed.InputPreview));
        Assert.Equal((1, 0), (monitor.GetMetrics().Succeeded, monitor.GetMetrics().Pipelines[0].Active));
    }

    [Fact]
    public async Task Run_ends_as_lost_when_the_rule_says_so()
    {
        var run = await BeginAsync();
        await using var monitor = Monitor();
        Assert.Equal([run], await monitor.RecoverAsync(RecoveryRule.EndAsLost));

        Assert.Equal("run_ended", Assert.Throws<MonitorException>(() => monitor.StageStarted(run, "build")).Code);
        await monitor.FlushAsync();
        var state = (await LogReader.FoldAsync(_store, run))!;
        Assert.Equal((ExecutionStatus.Failed, "run_lost"), (state.Status, state.Error!.Code));
        Assert.Equal([StageStatus.Completed, StageStatus.Failed, StageStatus.Cancelled], state.Stages.Select(s => s.Status));
        Assert.Equal((1, 0), (monitor.GetMetrics().Failed, monitor.GetMetrics().Pipelines[0].Active));
    }

    [Fact]
    public async Task What_has_ended_and_what_an_engine_runs_is_left_alone()
    {
        await using (var before = Monitor()) before.CancelRun(before.StartRun(Feature));
        await using var harness = new EngineHarness(_store);
        var own = await harness.StartAsync("id: p\nstages:\n  - { id: hold, type: wait, wait: { event: go } }");
        await using var monitor = Monitor();

        Assert.Empty(await monitor.RecoverAsync(RecoveryRule.EndAsLost));
        Assert.True((await harness.Engine.CancelAsync(own)).Accepted);
    }

    [Fact]
    public async Task Monitor_whose_runs_were_taken_up_can_record_nothing_more()
    {
        await using var old = Monitor();
        var run = old.StartRun(Feature);
        await old.FlushAsync();
        await using var monitor = Monitor();
        await monitor.RecoverAsync(RecoveryRule.GoOn);
        monitor.StageStarted(run, "plan");
        await monitor.FlushAsync();

        old.StageStarted(run, "plan");
        Assert.Equal("not_owner", (await Assert.ThrowsAsync<MonitorException>(() => old.FlushAsync())).Code);
        Assert.Equal(1, (await LogReader.FoldAsync(_store, run))!.Find("plan")!.Attempt);
    }

    [Fact]
    public async Task Recovery_stops_at_the_most_runs_a_monitor_may_have()
    {
        var first = await BeginAsync();
        await BeginAsync();
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Store = _store, MaxActive = 1 });
        Assert.Equal("too_many_runs", (await Assert.ThrowsAsync<MonitorException>(() => monitor.RecoverAsync(RecoveryRule.GoOn))).Code);

        monitor.CancelRun(first);
        Assert.Single(await monitor.RecoverAsync(RecoveryRule.GoOn));
    }

    private PipelineMonitor Monitor() => new(new PipelineMonitorOptions { Store = _store });

    // What a process leaves that ends in the middle of a stage, after it had printed.
    private async Task<Guid> BeginAsync()
    {
        await using var monitor = Monitor();
        var run = monitor.StartRun(Feature, new RunOptions { Input = "x" });
        monitor.StageStarted(run, "plan");
        monitor.StageCompleted(run, "plan");
        monitor.StageStarted(run, "build");
        monitor.StageOutput(run, "build", "half of");
        return run;
    }

    private async Task<List<ExecutionEvent>> EventsAsync(PipelineMonitor monitor, Guid run)
    {
        await monitor.FlushAsync();
        var page = await _store.ReadAsync(run, 0, BlockFilter.All, 1 << 20);
        return [.. page.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes))];
    }
}
