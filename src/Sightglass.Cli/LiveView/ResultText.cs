using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>How an execution ended, in a few lines.</summary>
internal static class ResultText
{
    public static IEnumerable<string> Of(ExecutionState state)
    {
        var counts = state.CountStages();
        var took = state.EndedAt is { } end ? $" in {Durations.Of(end - (state.StartedAt ?? state.CreatedAt))}" : "";
        var cost = state.Cost > 0 ? $", {Durations.Cost(state.Cost)}" : "";
        var skipped = counts.Skipped > 0 ? $", {counts.Skipped} {(state.Status == ExecutionStatus.Cancelled ? "cancelled or skipped" : "skipped")}" : "";
        var failed = counts.Failed > 0 ? $", {counts.Failed} failed" : "";
        yield return $"{Word(state)}{took}: {counts.Completed} of {Durations.Count(counts.Total, "stage")} completed{failed}{skipped}{cost}";
        if (state.Error is { } error) yield return $"Error{(state.FailedStage is { } stage ? $" in {stage}" : "")}: {error.Message.ReplaceLineEndings(" ")}";
        if (state.Status == ExecutionStatus.Cancelled && state.Reason is { } reason) yield return $"Reason: {reason.ReplaceLineEndings(" ")}";
        if (state.Output is { } output)
        {
            foreach (var line in OutputLines(output)) yield return line;
        }
    }

    private static string Word(ExecutionState state) => state.Status switch
    {
        ExecutionStatus.Completed => state.Result == "early_exit" ? "Completed early" : "Completed",
        ExecutionStatus.Failed => "Failed",
        ExecutionStatus.Cancelled => "Cancelled",
        ExecutionStatus.Paused => "Paused",
        ExecutionStatus.Running => "Running",
        _ => "Queued",
    };

    private static IEnumerable<string> OutputLines(Payload output)
    {
        if (output.Reference is { } reference)
        {
            yield return $"Result ({output.Bytes:N0} bytes, {reference[..15]}…): {(output.Preview ?? "").ReplaceLineEndings(" ")}…";
            yield break;
        }

        if (output.Json.Span is [] || output.Json.Span.SequenceEqual("null"u8)) yield break;
        var text = TextOf(output.Json);
        var cut = text.Length > CliLimits.MaxResultChars;
        if (cut) text = text[..(char.IsHighSurrogate(text[CliLimits.MaxResultChars - 1]) ? CliLimits.MaxResultChars - 1 : CliLimits.MaxResultChars)];
        var lines = text.TrimEnd().ReplaceLineEndings("\n").Split('\n');
        yield return lines.Length == 1 ? "Result: " + lines[0] + (cut ? "…" : "") : "Result:";
        if (lines.Length == 1) yield break;
        foreach (var line in lines.Take(CliLimits.MaxResultLines)) yield return "  " + line;
        if (cut || lines.Length > CliLimits.MaxResultLines) yield return "  … (the rest: sightglass show last --json)";
    }

    private static string TextOf(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 256 });
        if (document.RootElement.ValueKind == JsonValueKind.String) return document.RootElement.GetString()!;
        if (json.Length <= 100) return Encoding.UTF8.GetString(json.Span);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, MaxDepth = 256, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.RootElement.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
