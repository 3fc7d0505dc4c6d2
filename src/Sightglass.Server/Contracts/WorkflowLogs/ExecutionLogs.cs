using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Server.Contracts.WorkflowLogs;

/// <summary>
/// The <c>ExecutionLog</c>s of the workflow log stream, event by event from the first: one for each line that a stage printed or
/// logged, and for each end of an attempt. An id stands for the same log for ever. Durations are milliseconds; a line has
/// none and says 0.
/// </summary>
/// <param name="name">What the client calls the execution: our id, or its own.</param>
internal sealed class ExecutionLogs(string name)
{
    private readonly ExecutionState _state = new();
    private readonly StageLines _lines = new();

    /// <summary>Gets the logs that an event makes, in order.</summary>
    public List<ReadOnlyMemory<byte>> Apply(ExecutionEvent e)
    {
        var logs = new List<ReadOnlyMemory<byte>>();
        var lines = _lines.Read(e).ToList();
        _state.Apply(e);
        if (e.Stage is not { } key || _state.Find(key) is not { } stage) return logs;
        foreach (var line in lines)
        {
            logs.Add(Log(e, logs.Count, stage, LevelOf(line.Level), line.Text, writer =>
            {
                if (line.Fields is not null) ContractJson.WritePayload(writer, "fields"u8, line.Fields);
            }));
        }

        switch (e.Data)
        {
            case StageCompleted done:
                logs.Add(Log(e, logs.Count, stage, "info", $"{stage.Name} completed", writer => ContractJson.WritePayload(writer, "output"u8, done.Output), done.Duration));
                break;
            case StageFailed failed:
                logs.Add(Log(e, logs.Count, stage, failed.WillRetry ? "warning" : "error", failed.Error?.Message ?? "", writer =>
                {
                    if (failed.Output is not null) ContractJson.WritePayload(writer, "output"u8, failed.Output);
                }, failed.Duration, failed.Error?.Message ?? ""));
                break;
        }

        return logs;
    }

    /// <summary>Gives a large plan's stages, which stand outside the event.</summary>
    public void ApplyPlan(ReadOnlySpan<byte> plan) => _state.ApplyPlan(plan);

    /// <summary>Tells that an error of the engine has stopped the execution.</summary>
    public ReadOnlyMemory<byte> Parked(DateTimeOffset time, StageError error) =>
        Log($"{_state.Id}-parked", time, "", "", "error", error.Message, static _ => { }, null, 0, error.Message);

    // That client knows three.
    private static string LevelOf(string level) => level is "warning" or "error" ? level : "info";

    // Its input stands with the end of an attempt alone: beside each line it would be most of the stream.
    private ReadOnlyMemory<byte> Log(ExecutionEvent e, int number, StageState stage, string level, string message, Action<Utf8JsonWriter> output, double? duration = null, string? error = null) =>
        Log($"{_state.Id}-{e.Seq}-{number}", e.Time, stage.Key, stage.Type, level, message, output, duration is null ? null : stage.Input, duration ?? 0, error);

    private ReadOnlyMemory<byte> Log(
        string id, DateTimeOffset time, string stage, string type, string level, string message, Action<Utf8JsonWriter> output, Payload? input, double duration, string? error) =>
        ContractJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("execution_id"u8, name);
            writer.WriteString("step_name"u8, stage);
            writer.WriteString("step_type"u8, type);
            WriteInput(writer, input);
            writer.WriteStartObject("output_data"u8);
            writer.WriteString("message"u8, message);
            output(writer);
            writer.WriteEndObject();
            writer.WriteNumber("duration_ms"u8, duration);
            ContractJson.WriteTime(writer, "timestamp"u8, time);
            if (error is not null) writer.WriteString("error_message"u8, error);
            writer.WriteString("level"u8, level);
            writer.WriteEndObject();
        });

    // An object, always: that is what the client takes it for.
    private static void WriteInput(Utf8JsonWriter writer, Payload? input)
    {
        if (input is null or { IsInline: true, Json.Span: [(byte)'n', ..] })
        {
            writer.WriteStartObject("input_data"u8);
            writer.WriteEndObject();
        }
        else if (input is { IsInline: true, Json.Span: not [(byte)'{', ..] })
        {
            writer.WriteStartObject("input_data"u8);
            ContractJson.WritePayload(writer, "value"u8, input);
            writer.WriteEndObject();
        }
        else ContractJson.WritePayload(writer, "input_data"u8, input);
    }
}
