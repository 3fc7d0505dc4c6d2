using System.Text.Json;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Tests.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Monitoring.Metrics;

public sealed class PipelineMetricsTests
{
    private const string Shop = """
        id: shop
        inputs: { n: { type: integer, default: 3 } }
        stages:
          - id: split
            type: data
            data: { value: "[1, 2, 3]" }
          - id: work
            forEach: ${{ stages.split.output }}
            code: { name: work }
            retry: { maxAttempts: 2, delay: 1ms }
          - id: report
            needs: [work]
            shell: { run: "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 0.3" }
        """;

    [Fact]
    public async Task An_engine_counts_executions_attempts_waits_and_what_processes_used()
    {
        await using var engine = new EngineHarness();
        var calls = 0;
        engine.Code.Register("work", _ => Interlocked.Increment(ref calls) == 1 ? throw new InvalidOperationException("once") : 1);

        await engine.RunAsync(Shop);

        var metrics = engine.Engine.GetMetrics();
        Assert.Equal((1, 0, 0, 0), (metrics.Succeeded, metrics.Failed, metrics.Cancelled, metrics.Active));
        Assert.Equal(1, metrics.SuccessRate);
        Assert.True(metrics.AvgExecutionTime > TimeSpan.Zero);
        var shop = Assert.Single(metrics.Pipelines);
        Assert.Equal(["report", "split", "work"], shop.Stages.Select(s => s.Stage));
        var (report, split, work) = (shop.Stages[0], shop.Stages[1], shop.Stages[2]);
        Assert.Equal((3, 1), (work.Succeeded, work.Failed));
        Assert.Equal(4, work.Durations.Count);
        Assert.Equal(4, work.QueueTimes.Count);
        Assert.Equal(1, work.TriggerWaits.Count);
        Assert.Equal(new Dictionary<string, long> { ["completed"] = 1 }, report.TriggerEvaluations);
        Assert.Empty(split.TriggerEvaluations);
        Assert.Null(split.MemoryBytes);
        Assert.InRange(report.MemoryBytes!.Value, 100_000, 1L << 32);
        Assert.InRange(report.CpuPercent!.Value, 0.1, 1000);
    }

    [Fact]
    public async Task A_stored_log_gives_the_metrics_that_were_measured_live()
    {
        await using var engine = new EngineHarness();
        var fail = false;
        engine.Code.Register("work", _ => Volatile.Read(ref fail) ? throw new InvalidOperationException("no") : 1);
        engine.Code.Register("hang", c => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.CancellationToken));
        await engine.RunAsync(Shop);
        Volatile.Write(ref fail, true);
        var failed = await engine.RunAsync(Shop);
        var cancelled = await engine.StartAsync("{ id: slow, stages: [{ id: s, code: { name: hang } }] }");
        await engine.WaitForAsync(cancelled, e => e.Type == "stage.started");
        await engine.Engine.CancelAsync(cancelled);
        await engine.WaitForAsync(cancelled, e => e.Type == "execution.cancelled");
        var approved = await engine.StartAsync("""
            id: gate
            stages:
              - id: a
                type: data
                data: { value: "1" }
              - id: b
                type: data
                triggers: { all: [{ completed: a }, { approval: {} }, { event: go }, { timer: 1ms }] }
                data: { value: "2" }
            """);
        await engine.WaitForAsync(approved, e => e.Type == "approval.requested");
        await engine.Engine.AnswerAsync(approved, "b", granted: true);
        await engine.Engine.EmitAsync("go", JsonDocument.Parse("1").RootElement);
        await engine.WaitForAsync(approved, e => e.Type == "execution.completed");
        Volatile.Write(ref fail, false);
        Assert.True((await engine.Engine.RetryAsync(failed.Id)).Accepted);
        await engine.Engine.WaitForEndAsync(failed.Id);
        var waiting = await engine.StartAsync("{ id: waits, stages: [{ id: w, wait: { event: never } }] }");
        await engine.WaitForAsync(waiting, e => e.Type == "stage.waiting");

        var live = engine.Engine.GetMetrics();
        var read = new PipelineMetrics();
        await read.ReadAsync(engine.Store);

        Assert.Equal((3, 1, 1, 1), (live.Succeeded, live.Failed, live.Cancelled, live.Active));
        Assert.Equal(0.75, live.SuccessRate);
        var b = live.Pipelines.Single(p => p.Pipeline == "gate").Stages.Single(s => s.Stage == "b");
        Assert.Equal(["approval", "completed", "event", "timer"], b.TriggerEvaluations.Keys.Order());
        Assert.Equal(1, b.TriggerWaits.Count);
        Assert.Equal(PrometheusText.Write(live), PrometheusText.Write(read.Snapshot()));
    }

    [Fact]
    public async Task Reading_goes_on_from_a_position_and_knows_executions_begun_before_it()
    {
        await using var engine = new EngineHarness();
        var id = await engine.StartAsync("{ id: ask, stages: [{ id: w, wait: { approval: {} } }, { id: after, type: data, needs: [w], data: { value: '1' } }] }");
        await engine.WaitForAsync(id, e => e.Type == "approval.requested");
        var before = new PipelineMetrics();
        var position = await before.ReadAsync(engine.Store);
        Assert.Equal(1, before.Snapshot().Active);

        await engine.Engine.AnswerAsync(id, "w", granted: true);
        await engine.WaitForAsync(id, e => e.Type == "execution.completed");
        var after = new PipelineMetrics();
        await after.ReadAsync(engine.Store, position);
        await before.ReadAsync(engine.Store, position);

        Assert.Equal((1, 0), (before.Snapshot().Succeeded, before.Snapshot().Active));
        Assert.Equal((1, 0), (after.Snapshot().Succeeded, after.Snapshot().Active));
        Assert.Equal("ask", Assert.Single(after.Snapshot().Pipelines).Pipeline);
        Assert.Equal(1, after.Snapshot().Pipelines[0].Stages.Single(s => s.Stage == "after").TriggerEvaluations["completed"]);
    }

    [Fact]
    public async Task What_has_no_room_is_counted_as_dropped()
    {
        var metrics = new PipelineMetrics(new MetricsOptions { MaxPipelines = 1, MaxStages = 1 });
        await using var engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = new InMemoryEventStore(),
            StageTypes = [new CodeStage(new CodeRegistry().Register("noop", static _ => { }))],
            Metrics = metrics,
        });
        foreach (var id in new[] { "one", "two" })
        {
            var started = await engine.StartAsync(new StartRequest { Definition = EngineHarness.Parse($"{{ id: {id}, stages: [{{ id: a, code: {{ name: noop }} }}, {{ id: b, needs: [a], code: {{ name: noop }} }}] }}") });
            await engine.WaitForEndAsync(started.ExecutionId!.Value);
        }

        var snapshot = metrics.Snapshot();
        Assert.Equal("one", Assert.Single(snapshot.Pipelines).Pipeline);
        Assert.Equal("a", Assert.Single(snapshot.Pipelines[0].Stages).Stage);

        // Of the first pipeline four of stage b: its trigger, its wait, its queue, its end. Of the second six of stages and
        // its own end.
        Assert.Equal(4 + 7, snapshot.DroppedObservations);
        Assert.Equal(0, snapshot.Active);
    }

    [Fact]
    public void Limits_below_one_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PipelineMetrics(new MetricsOptions { MaxStages = 0 }));

    [Fact]
    public async Task A_recovered_execution_is_active_until_it_ends()
    {
        var store = new InMemoryEventStore();
        await using (var first = new EngineHarness(store))
        {
            var id = await first.StartAsync("{ id: ask, stages: [{ id: w, wait: { approval: {} } }] }");
            await first.WaitForAsync(id, e => e.Type == "approval.requested");
        }

        await using var second = new EngineHarness(store);
        await second.Engine.RecoverAsync();
        Assert.Equal(1, second.Engine.GetMetrics().Active);
        var only = Assert.Single((await store.ListAsync(new ExecutionQuery())).Items).Summary.Id;
        await second.Engine.AnswerAsync(only, "w", granted: true);
        await second.WaitForAsync(only, e => e.Type == "execution.completed");

        Assert.Equal((1, 0), (second.Engine.GetMetrics().Succeeded, second.Engine.GetMetrics().Active));
    }
}
