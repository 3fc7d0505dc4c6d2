using System.Buffers;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;
using Sightglass.Core.Tests.Definitions;
using Sightglass.Core.Tests.Executions.Golden;
using Sightglass.Core.Tests.Scheduling;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Monitoring;

public sealed class PipelineMonitorTests
{
    private static readonly PipelineDefinition Feature = new()
    {
        Id = "feature",
        Stages =
        [
            new() { Id = "planning", Name = "Planning", Type = "plan loop" },
            new() { Id = "specification", Name = "Specification", Type = "spec loop", Needs = ["planning"] },
            new()
            {
                Id = "implementation", Name = "Implementation", Type = "phase loop",
                Triggers = new() { All = [new() { Completed = "specification" }, new() { Event = "spec.ready" }] },
            },
        ],
    };

    [Fact]
    public async Task The_example_of_the_document_works_line_by_line()
    {
        var pipelineDef = Feature;
        var output = new { steps = 3 };

        await using var monitor = new PipelineMonitor();
        var runId = monitor.StartRun(pipelineDef);
        monitor.StageStarted(runId, "planning");
        var running = monitor.Visualize(pipelineDef, VisualizationFormat.Dot, runId);
        monitor.StageCompleted(runId, "planning", output);
        monitor.StageStarted(runId, "specification");
        monitor.StageCompleted(runId, "specification");
        monitor.TriggerEvaluated(runId, "implementation", TriggerKind.Event, holds: true);
        monitor.StageStarted(runId, "implementation");
        monitor.StageCompleted(runId, "implementation", "done");
        var metrics = monitor.GetMetrics();

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "contracts", "visualization.dot")), running);
        Assert.True(metrics.AvgExecutionTime > TimeSpan.Zero);
        Assert.Equal(["completed", "event"], metrics.Pipelines[0].Stages.Single(s => s.Stage == "implementation").TriggerEvaluations.Keys.Order());
        Assert.Equal(1, metrics.SuccessRate);
        var state = await StateAsync(monitor, runId);
        Assert.Equal(ExecutionStatus.Completed, state.Status);
        Assert.Equal("""{"steps":3}"""u8.ToArray(), state.Find("planning")!.Output!.Json.ToArray());
        Assert.Equal("\"done\""u8.ToArray(), state.Output!.Json.ToArray());
    }

    [Fact]
    public async Task The_example_of_the_reference_is_this_code()
    {
        var pipelineDef = Feature;
        var output = new { steps = 3 };

        // Begin of the example.
        await using var monitor = new PipelineMonitor();
        var runId = monitor.StartRun(pipelineDef);
        monitor.StageStarted(runId, "planning");
        monitor.StageOutput(runId, "planning", "Three steps.\n");
        monitor.StageCompleted(runId, "planning", output);
        monitor.StageStarted(runId, "specification");
        monitor.StageFailed(runId, "specification", "The plan has a hole.");
        Console.WriteLine(monitor.Visualize(pipelineDef, VisualizationFormat.Dot, runId));
        var metrics = monitor.GetMetrics();
        Console.WriteLine($"{metrics.AvgExecutionTime} on average, {metrics.SuccessRate:P0} succeed");

        // End of the example.
        Assert.Equal(1, metrics.Failed);
        var source = await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "tests", "Sightglass.Core.Tests", "Monitoring", "PipelineMonitorTests.cs"));
        var reference = await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "docs", "reference", "monitoring.md"));
        var code = Between(source, "// Begin of the example.", "// End of the example.").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0);
        Assert.Equal(code, Between(reference, "```csharp", "```").Split('\n').Where(l => l.Length > 0));

        static string Between(string text, string from, string to)
        {
            var start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
            return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
        }
    }

    [Fact]
    public async Task The_log_is_gapless_and_has_its_events_in_the_order_of_the_contract()
    {
        await using var monitor = new PipelineMonitor();
        var run = monitor.StartRun(Feature, new RunOptions { Input = new { task = "x" }, ExternalId = "job-7", Labels = new Dictionary<string, string> { ["team"] = "a" } });
        monitor.StageStarted(run, "planning", new { a = 1 });
        monitor.StageOutput(run, "planning", "grün ");
        monitor.StageOutput(run, "planning", "fine");
        monitor.StageLog(run, "planning", LogSeverity.Warning, "slow", new { ms = 12 });
        monitor.StageProgress(run, "planning", 2, "almost");
        monitor.StageFailed(run, "planning", new TimeoutException("too slow"), willRetry: true);
        monitor.StageStarted(run, "planning");
        monitor.StageFailed(run, "planning", "gave up", "plan_failed", usage: new StageUsage { Cost = 0.5m, Tokens = new TokenUsage(3, 4), Resources = new ResourceUsage(10, 4096, 50), Duration = TimeSpan.FromSeconds(2) });

        var events = await EventsAsync(monitor, run);

        Assert.Equal(
            [
                "execution.created", "execution.started", "stage.queued", "stage.started", "stage.output", "stage.output", "stage.log", "stage.progress", "stage.failed",
                "stage.queued", "stage.started", "stage.failed", "stage.skipped", "stage.skipped", "execution.failed",
            ],
            events.Select(e => e.Type));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.Seq));
        Assert.True(events.Zip(events.Skip(1)).All(p => p.First.Time <= p.Second.Time));
        Assert.All(events, e => Assert.Empty(EventSchema.Check(LineOf(e))));
        Assert.Equal([0L, 6L], events.Select(e => e.Data).OfType<StageOutputWritten>().Select(o => o.Offset));
        var state = await StateAsync(monitor, run);
        Assert.Equal("plan_failed", state.Error!.Code);
        Assert.Equal((2, 0.5m, 2000.0), (state.Find("planning")!.Attempt, state.Cost, state.Find("planning")!.Duration));
        var listed = Assert.Single((await monitor.HistoryAsync(new ExecutionQuery { ExternalId = "job-7" })).Items).Summary;
        Assert.Equal((ExecutionStatus.Failed, "a"), (listed.Status, listed.Labels["team"]));
        var timeline = await monitor.TimelineAsync(run);
        Assert.Equal([("planning", 1, StageStatus.Failed), ("planning", 2, StageStatus.Failed)], timeline!.Attempts.Select(a => (a.Stage, a.Attempt, a.Status)));
        var planning = Assert.Single(monitor.GetMetrics().Pipelines).Stages.Single(s => s.Stage == "planning");
        Assert.Equal((0, 2, 4096L, 50.0), (planning.Succeeded, planning.Failed, planning.MemoryBytes, planning.CpuPercent));
    }

    [Theory]
    [InlineData("stage_unknown")]
    [InlineData("stage_not_started")]
    [InlineData("stage_running")]
    [InlineData("stage_ended")]
    [InlineData("stage_queued")]
    [InlineData("run_unknown")]
    [InlineData("run_ended")]
    [InlineData("output_too_large")]
    public async Task A_report_that_makes_no_sense_is_refused_and_changes_nothing(string code)
    {
        await using var monitor = new PipelineMonitor();
        var run = monitor.StartRun(Feature);
        Action report = code switch
        {
            "stage_unknown" => () => monitor.StageStarted(run, "design"),
            "stage_not_started" => () => monitor.StageCompleted(run, "planning"),
            "stage_running" => () => monitor.StageStarted(run, "planning"),
            "stage_ended" => () => monitor.StageCompleted(run, "planning"),
            "stage_queued" => () => monitor.StageQueued(run, "planning"),
            "run_unknown" => () => monitor.StageStarted(Guid.Empty, "planning"),
            "run_ended" => () => monitor.StageStarted(run, "planning"),
            _ => () => monitor.StageCompleted(run, "planning", new string('x', 11 << 20)),
        };
        if (code == "stage_queued") monitor.StageQueued(run, "planning");
        if (code is "stage_running" or "stage_ended" or "output_too_large") monitor.StageStarted(run, "planning");
        if (code == "stage_ended") monitor.StageCompleted(run, "planning");
        if (code == "run_ended") monitor.CancelRun(run, "me", "enough");
        var before = await EventsAsync(monitor, run);

        Assert.Equal(code, Assert.Throws<MonitorException>(report).Code);
        Assert.Equal(before.Count, (await EventsAsync(monitor, run)).Count);
    }

    [Theory]
    [InlineData("complete", "completed", "not_run")]
    [InlineData("fail", "failed", "execution_failed")]
    [InlineData("cancel", "cancelled", "execution_cancelled")]
    public async Task A_run_can_be_ended_early(string how, string status, string reason)
    {
        await using var monitor = new PipelineMonitor();
        var run = monitor.StartRun(Feature);
        monitor.StageStarted(run, "planning");
        if (how == "complete")
        {
            Assert.Equal("stage_running", Assert.Throws<MonitorException>(() => monitor.CompleteRun(run)).Code);
            monitor.StageCompleted(run, "planning", 1);
            monitor.CompleteRun(run, new { all = true });
        }
        else if (how == "fail")
        {
            monitor.FailRun(run, "power cut");
        }
        else
        {
            monitor.CancelRun(run);
        }

        var state = await StateAsync(monitor, run);
        Assert.Equal(status, state.Status.ToWire());
        Assert.Equal(reason, state.Find("implementation")!.Reason);
        Assert.All(state.Stages, s => Assert.True(s.Status.IsTerminal()));
        Assert.Equal(0, monitor.GetMetrics().Active);
    }

    [Fact]
    public async Task A_failure_leaves_room_for_the_stages_that_wait_for_it()
    {
        var definition = new PipelineDefinition
        {
            Id = "guarded",
            Stages = [new() { Id = "work", Type = "job" }, new() { Id = "mend", Type = "job", Triggers = new() { Failed = "work" } }, new() { Id = "after", Type = "job", Needs = ["work"] }],
        };
        await using var monitor = new PipelineMonitor();
        var run = monitor.StartRun(definition);
        monitor.StageStarted(run, "work");
        monitor.StageFailed(run, "work", "broken");
        monitor.StageStarted(run, "mend");
        monitor.StageCompleted(run, "mend");

        var state = await StateAsync(monitor, run);
        Assert.Equal((ExecutionStatus.Failed, "work"), (state.Status, state.FailedStage));
        Assert.Equal(StageStatus.Skipped, state.Find("after")!.Status);
    }

    [Fact]
    public async Task Runs_of_many_threads_are_recorded_whole()
    {
        await using var monitor = new PipelineMonitor();
        var runs = new Guid[8];
        Parallel.For(0, runs.Length, i =>
        {
            runs[i] = monitor.StartRun(Feature);
            monitor.StageStarted(runs[i], "planning");
            Parallel.For(0, 500, n => monitor.StageOutput(runs[i], "planning", $"{n}\n"));
            monitor.StageCompleted(runs[i], "planning");
        });

        foreach (var run in runs)
        {
            var text = string.Concat((await EventsAsync(monitor, run)).Select(e => e.Data).OfType<StageOutputWritten>().Select(o => o.Text));
            Assert.Equal(Enumerable.Range(0, 500), text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Order());
        }
    }

    [Fact]
    public async Task Large_text_and_broken_characters_are_split_and_counted()
    {
        await using var monitor = new PipelineMonitor();
        var run = monitor.StartRun(Feature);
        monitor.StageStarted(run, "planning", new string('i', 100_000));
        monitor.StageOutput(run, "planning", string.Concat(Enumerable.Repeat("😀\u0001", 20_000)));
        monitor.StageOutput(run, "planning", "\ud800!");
        monitor.StageLog(run, "planning", LogSeverity.Info, new string('l', 9_000));
        monitor.StageCompleted(run, "planning", new string('o', 100_000));

        var events = await EventsAsync(monitor, run);
        var written = events.Select(e => e.Data).OfType<StageOutputWritten>().ToList();
        Assert.Equal(string.Concat(Enumerable.Repeat("😀\u0001", 20_000)) + "\ufffd!", string.Concat(written.Select(w => w.Text)));
        Assert.Equal(100_000, written[^1].Offset);
        Assert.EndsWith("(1000 characters more)", events.Select(e => e.Data).OfType<StageLogged>().Single().Message, StringComparison.Ordinal);
        var reference = (await StateAsync(monitor, run)).Find("planning")!.Output!;
        Assert.False(reference.IsInline);
        Assert.Equal(100_002, (await LogReader.ReadValueAsync(monitor.Store, reference.Reference!)).Length);
    }

    [Fact]
    public async Task Ended_runs_beyond_the_bound_are_forgotten_and_running_ones_never()
    {
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { KeepEnded = 3 });
        var open = monitor.StartRun(Feature);
        var ended = new List<Guid>();
        for (var i = 0; i < 10; i++)
        {
            ended.Add(monitor.StartRun(Feature, new RunOptions { Input = new string((char)('a' + i), 100_000) }));
            monitor.CancelRun(ended[i]);
            await monitor.FlushAsync();
        }

        var kept = (await monitor.HistoryAsync()).Items.Select(i => i.Summary.Id).ToList();
        Assert.Equal([.. ended.TakeLast(3).Reverse(), open], kept);
        Assert.Null(await monitor.VisualizeAsync(ended[0], VisualizationFormat.Json));
        Assert.NotNull(await monitor.VisualizeAsync(ended[9], VisualizationFormat.Json));
        var positions = await monitor.Store.ReadFromPositionAsync(0, int.MaxValue);
        Assert.Equal(4, positions.Select(b => b.ExecutionId).Distinct().Count());
        Assert.Equal(positions.Skip(1), await monitor.Store.ReadFromPositionAsync(positions[0].Position, int.MaxValue));
        monitor.StageStarted(open, "planning");
    }

    [Fact]
    public async Task An_engine_on_the_same_store_leaves_runs_of_others_alone()
    {
        var store = new InMemoryEventStore();
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Store = store });
        var run = monitor.StartRun(Feature);
        monitor.StageStarted(run, "planning");
        await monitor.FlushAsync();
        await using var engine = new EngineHarness(store);

        Assert.Equal(0, await engine.Engine.RecoverAsync());
        Assert.False((await engine.Engine.CancelAsync(run)).Accepted);
        monitor.StageCompleted(run, "planning");
        await monitor.FlushAsync();
        Assert.Equal(StageStatus.Completed, (await StateAsync(monitor, run)).Find("planning")!.Status);
    }

    [Fact]
    public async Task A_log_that_somebody_else_takes_is_not_written_any_more()
    {
        await using var monitor = new PipelineMonitor();
        var run = monitor.StartRun(Feature);
        await monitor.FlushAsync();
        await monitor.Store.ClaimAsync(run);

        monitor.StageStarted(run, "planning");
        Assert.Equal("not_owner", (await Assert.ThrowsAsync<MonitorException>(() => monitor.FlushAsync())).Code);
        Assert.Equal("not_owner", Assert.Throws<MonitorException>(() => monitor.StageCompleted(run, "planning")).Code);
        Assert.Equal(0, monitor.GetMetrics().Active);
    }

    [Fact]
    public async Task A_store_that_is_away_loses_nothing_and_holds_reports_back()
    {
        var time = new ManualTime();
        await using var store = new FailingStore(new InMemoryEventStore(), failures: 2);
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Store = store, MaxPendingBytes = 20_000, MaxWait = TimeSpan.Zero, Time = time });
        var run = monitor.StartRun(Feature);
        await monitor.FlushAsync();
        monitor.StageStarted(run, "planning");
        var accepted = 0;
        var refused = Assert.Throws<MonitorException>(() =>
        {
            for (; accepted < 1000; accepted++) monitor.StageOutput(run, "planning", $"{accepted:0000}" + new string('.', 996));
        });

        Assert.Equal("monitor_full", refused.Code);
        Assert.InRange(accepted, 10, 25);
        var flushed = monitor.FlushAsync();
        while (!flushed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await flushed;
        monitor.StageCompleted(run, "planning");
        var written = (await EventsAsync(monitor, run)).Select(e => e.Data).OfType<StageOutputWritten>().Select(o => o.Text[..4]);
        Assert.Equal(Enumerable.Range(0, accepted).Select(i => $"{i:0000}"), written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("twice")]
    public async Task A_definition_that_cannot_be_followed_is_refused(string id)
    {
        await using var monitor = new PipelineMonitor();
        var definition = new PipelineDefinition { Id = id, Stages = id.Length == 0 ? [new() { Id = "a" }] : [new() { Id = "a" }, new() { Id = "a" }] };

        Assert.Equal("definition_unusable", Assert.Throws<MonitorException>(() => monitor.StartRun(definition)).Code);
        Assert.Empty(monitor.GetMetrics().Pipelines);
    }

    private static string LineOf(ExecutionEvent e)
    {
        var line = new ArrayBufferWriter<byte>();
        EventJson.WriteLine(line, e);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    private static async Task<ExecutionState> StateAsync(PipelineMonitor monitor, Guid run)
    {
        await monitor.FlushAsync();
        return (await LogReader.FoldAsync(monitor.Store, run))!;
    }

    private static async Task<List<ExecutionEvent>> EventsAsync(PipelineMonitor monitor, Guid run)
    {
        await monitor.FlushAsync();
        var events = new List<ExecutionEvent>();
        while (true)
        {
            var page = await monitor.Store.ReadAsync(run, events.Count, BlockFilter.All, 1 << 20);
            if (page.Blocks.Count == 0) return events;
            events.AddRange(page.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes)));
        }
    }
}
