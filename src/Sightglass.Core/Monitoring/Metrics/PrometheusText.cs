using System.Globalization;
using System.Text;

namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>Writes metrics in the text format that Prometheus scrapes.</summary>
public static class PrometheusText
{
    /// <summary>The media type of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes all metrics. Each family stands together, its series in the order of their labels.</summary>
    public static string Write(MetricsSnapshot metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var text = new StringBuilder(4096);
        WritePipelines(text, metrics);
        WriteStages(text, metrics);
        WriteTriggers(text, metrics);
        const string Memory = "pipeline_memory_usage_bytes";
        Gauges(text, metrics, Memory, "Peak memory of the newest attempt of a stage.", s => s.MemoryBytes);
        const string Cpu = "pipeline_cpu_usage_percent";
        Gauges(text, metrics, Cpu, "Processor time over duration of the newest attempt of a stage, 100 for one full core.", s => s.CpuPercent);
        const string Dropped = "sightglass_metrics_dropped_observations_total";
        Head(text, Dropped, "counter", "Observations that no series had room for.");
        Sample(text, Dropped, [], metrics.DroppedObservations);
        return text.ToString();
    }

    private static void WritePipelines(StringBuilder text, MetricsSnapshot metrics)
    {
        const string Executions = "pipeline_executions_total";
        Head(text, Executions, "counter", "Executions that completed or failed.");
        foreach (var p in metrics.Pipelines) Outcomes(text, Executions, [("pipeline", p.Pipeline)], p.Succeeded, p.Failed);
        const string Duration = "pipeline_execution_duration_seconds";
        Head(text, Duration, "summary", "Duration of executions that completed or failed.");
        foreach (var p in metrics.Pipelines) Summary(text, Duration, [("pipeline", p.Pipeline)], p.Durations);
        const string Active = "pipeline_active_executions";
        Head(text, Active, "gauge", "Executions that have not ended.");
        foreach (var p in metrics.Pipelines) Sample(text, Active, [("pipeline", p.Pipeline)], p.Active);
    }

    private static void WriteStages(StringBuilder text, MetricsSnapshot metrics)
    {
        const string Executions = "pipeline_stage_executions_total";
        Head(text, Executions, "counter", "Attempts of stages that completed or failed.");
        foreach (var (labels, s) in StagesOf(metrics)) Outcomes(text, Executions, labels, s.Succeeded, s.Failed);
        const string Duration = "pipeline_stage_duration_seconds";
        Summaries(text, metrics, Duration, "Duration of attempts of stages.", s => s.Durations);
        const string QueueTime = "pipeline_stage_queue_time_seconds";
        Summaries(text, metrics, QueueTime, "Time from ready to started.", s => s.QueueTimes);
    }

    private static void WriteTriggers(StringBuilder text, MetricsSnapshot metrics)
    {
        const string Evaluations = "pipeline_trigger_evaluations_total";
        Head(text, Evaluations, "counter", "Evaluations of what stages wait for, by type.");
        foreach (var (labels, s) in StagesOf(metrics))
        {
            foreach (var (type, count) in s.TriggerEvaluations) Sample(text, Evaluations, [.. labels, ("trigger_type", type)], count);
        }

        const string WaitTime = "pipeline_trigger_wait_time_seconds";
        Summaries(text, metrics, WaitTime, "Time from the first evaluation of what a stage waits for to the moment all of it held.", s => s.TriggerWaits);
    }

    private static IEnumerable<((string Name, string Value)[] Labels, StageStatistics Stage)> StagesOf(MetricsSnapshot metrics) =>
        metrics.Pipelines.SelectMany(p => p.Stages.Select(s => (new[] { ("pipeline", p.Pipeline), ("stage", s.Stage) }, s)));

    private static void Outcomes(StringBuilder text, string name, (string Name, string Value)[] labels, long succeeded, long failed)
    {
        // Both from the start: a rate over a series that appears with its first failure would miss that failure.
        Sample(text, name, [.. labels, ("status", "success")], succeeded);
        Sample(text, name, [.. labels, ("status", "failure")], failed);
    }

    private static void Summaries(StringBuilder text, MetricsSnapshot metrics, string name, string help, Func<StageStatistics, DurationStatistics> of)
    {
        Head(text, name, "summary", help);
        foreach (var (labels, s) in StagesOf(metrics))
        {
            if (of(s) is { Count: > 0 } durations) Summary(text, name, labels, durations);
        }
    }

    private static void Summary(StringBuilder text, string name, (string Name, string Value)[] labels, DurationStatistics durations)
    {
        if (durations.Count > 0)
        {
            Sample(text, name, [.. labels, ("quantile", "0.5")], durations.P50Seconds);
            Sample(text, name, [.. labels, ("quantile", "0.9")], durations.P90Seconds);
            Sample(text, name, [.. labels, ("quantile", "0.99")], durations.P99Seconds);
        }

        Sample(text, name + "_sum", labels, durations.SumSeconds);
        Sample(text, name + "_count", labels, durations.Count);
    }

    private static void Gauges(StringBuilder text, MetricsSnapshot metrics, string name, string help, Func<StageStatistics, double?> of)
    {
        Head(text, name, "gauge", help);
        foreach (var (labels, s) in StagesOf(metrics))
        {
            if (of(s) is { } value) Sample(text, name, labels, value);
        }
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder text, string name, ReadOnlySpan<(string Name, string Value)> labels, double value)
    {
        text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            Escape(text, labels[i].Value);
            text.Append('"');
        }

        if (labels.Length > 0) text.Append('}');
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static void Escape(StringBuilder text, string value)
    {
        // By runes: half a surrogate pair would be no UTF-8.
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\\': text.Append("\\\\"); break;
                case '"': text.Append("\\\""); break;
                case '\n': text.Append("\\n"); break;
                default: text.Append(rune); break;
            }
        }
    }
}
