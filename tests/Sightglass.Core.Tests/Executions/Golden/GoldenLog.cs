using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>A log as its file holds it, and the values that it refers to.</summary>
internal sealed record GoldenLog(string Lines, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Values)
{
    private static readonly JsonWriterOptions Pretty = new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IEnumerable<string> EachLine() => Lines.Split('\n').Where(l => l.Length > 0);

    public IReadOnlyList<ExecutionEvent> Events() => [.. EventJson.ReadBlock(Encoding.UTF8.GetBytes(Lines))];

    public ExecutionState Fold()
    {
        var state = new ExecutionState();
        foreach (var e in Events())
        {
            state.Apply(e);
            if (e.Data is ExecutionCreated { Plan.Reference: { } plan }) state.ApplyPlan(Values[plan].Span);
        }

        return state;
    }

    /// <summary>Gives the folded state as its file holds it.</summary>
    public string State()
    {
        using var document = JsonDocument.Parse(StateJson.Write(Fold()), new JsonDocumentOptions { MaxDepth = 256 });
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Pretty)) document.RootElement.WriteTo(writer);
        return Encoding.UTF8.GetString(output.WrittenSpan) + "\n";
    }

    /// <summary>Gives the values as their file holds them: one a line, byte for byte what the reference is the hash of.</summary>
    public string? ValuesFile() => Values.Count == 0
        ? null
        : "{\n" + string.Join(",\n", Values.Select(v => $"\"{v.Key}\": {Encoding.UTF8.GetString(v.Value.Span)}")) + "\n}\n";
}
