using Sightglass.Core.Monitoring.Metrics;
using Xunit;

namespace Sightglass.Core.Tests.Monitoring.Metrics;

public sealed class PrometheusTextTests
{
    private static readonly DurationStatistics Durations = new(4, 10.5, 1, 5, 2, 4, 5);

    [Fact]
    public void The_ten_metrics_have_their_names_labels_and_types()
    {
        var stage = new StageStatistics("s", 3, 1, Durations, Durations, Durations, new Dictionary<string, long> { ["event"] = 2 }, 4096, 12.5);

        var text = PrometheusText.Write(new MetricsSnapshot([new PipelineStatistics("p", 3, 1, 0, 2, Durations, [stage])], Durations, 0));

        Assert.Equal(
            """
            # HELP pipeline_executions_total Executions that completed or failed.
            # TYPE pipeline_executions_total counter
            pipeline_executions_total{pipeline="p",status="success"} 3
            pipeline_executions_total{pipeline="p",status="failure"} 1
            # HELP pipeline_execution_duration_seconds Duration of executions that completed or failed.
            # TYPE pipeline_execution_duration_seconds summary
            pipeline_execution_duration_seconds{pipeline="p",quantile="0.5"} 2
            pipeline_execution_duration_seconds{pipeline="p",quantile="0.9"} 4
            pipeline_execution_duration_seconds{pipeline="p",quantile="0.99"} 5
            pipeline_execution_duration_seconds_sum{pipeline="p"} 10.5
            pipeline_execution_duration_seconds_count{pipeline="p"} 4
            # HELP pipeline_active_executions Executions that have not ended.
            # TYPE pipeline_active_executions gauge
            pipeline_active_executions{pipeline="p"} 2
            # HELP pipeline_stage_executions_total Attempts of stages that completed or failed.
            # TYPE pipeline_stage_executions_total counter
            pipeline_stage_executions_total{pipeline="p",stage="s",status="success"} 3
            pipeline_stage_executions_total{pipeline="p",stage="s",status="failure"} 1
            # HELP pipeline_stage_duration_seconds Duration of attempts of stages.
            # TYPE pipeline_stage_duration_seconds summary
            pipeline_stage_duration_seconds{pipeline="p",stage="s",quantile="0.5"} 2
            pipeline_stage_duration_seconds{pipeline="p",stage="s",quantile="0.9"} 4
            pipeline_stage_duration_seconds{pipeline="p",stage="s",quantile="0.99"} 5
            pipeline_stage_duration_seconds_sum{pipeline="p",stage="s"} 10.5
            pipeline_stage_duration_seconds_count{pipeline="p",stage="s"} 4
            # HELP pipeline_stage_queue_time_seconds Time from ready to started.
            # TYPE pipeline_stage_queue_time_seconds summary
            pipeline_stage_queue_time_seconds{pipeline="p",stage="s",quantile="0.5"} 2
            pipeline_stage_queue_time_seconds{pipeline="p",stage="s",quantile="0.9"} 4
            pipeline_stage_queue_time_seconds{pipeline="p",stage="s",quantile="0.99"} 5
            pipeline_stage_queue_time_seconds_sum{pipeline="p",stage="s"} 10.5
            pipeline_stage_queue_time_seconds_count{pipeline="p",stage="s"} 4
            # HELP pipeline_trigger_evaluations_total Evaluations of what stages wait for, by type.
            # TYPE pipeline_trigger_evaluations_total counter
            pipeline_trigger_evaluations_total{pipeline="p",stage="s",trigger_type="event"} 2
            # HELP pipeline_trigger_wait_time_seconds Time from the first evaluation of what a stage waits for to the moment all of it held.
            # TYPE pipeline_trigger_wait_time_seconds summary
            pipeline_trigger_wait_time_seconds{pipeline="p",stage="s",quantile="0.5"} 2
            pipeline_trigger_wait_time_seconds{pipeline="p",stage="s",quantile="0.9"} 4
            pipeline_trigger_wait_time_seconds{pipeline="p",stage="s",quantile="0.99"} 5
            pipeline_trigger_wait_time_seconds_sum{pipeline="p",stage="s"} 10.5
            pipeline_trigger_wait_time_seconds_count{pipeline="p",stage="s"} 4
            # HELP pipeline_memory_usage_bytes Peak memory of the newest attempt of a stage.
            # TYPE pipeline_memory_usage_bytes gauge
            pipeline_memory_usage_bytes{pipeline="p",stage="s"} 4096
            # HELP pipeline_cpu_usage_percent Processor time over duration of the newest attempt of a stage, 100 for one full core.
            # TYPE pipeline_cpu_usage_percent gauge
            pipeline_cpu_usage_percent{pipeline="p",stage="s"} 12.5
            # HELP sightglass_metrics_dropped_observations_total Observations that no series had room for.
            # TYPE sightglass_metrics_dropped_observations_total counter
            sightglass_metrics_dropped_observations_total 0

            """,
            text);
    }

    [Fact]
    public void Hostile_names_stay_one_label()
    {
        var text = PrometheusText.Write(new MetricsSnapshot([new PipelineStatistics("a\"} 1\nevil{x=\"\\\ud800", 0, 0, 0, 1, default, [])], default, 0));

        Assert.Contains("""pipeline_active_executions{pipeline="a\"} 1\nevil{x=\"\\""" + "\uFFFD\"} 1\n", text, StringComparison.Ordinal);
    }
}
