using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>A decision needs a value that is stored apart: load it and decide again.</summary>
/// <param name="reference">The value's reference.</param>
internal sealed class ValueNeededException(string reference) : Exception
{
    public string Reference => reference;
}

/// <summary>
/// The values that expressions of one execution read. Inline values are parsed once; referenced ones are kept up to a
/// bound and asked for again when they are needed after that. Deciding stays pure: a missing value ends the decision with
/// <see cref="ValueNeededException"/>, and whoever owns the execution loads it and decides again.
/// </summary>
/// <param name="maxBytes">Bytes of referenced values kept.</param>
internal sealed class LoadedValues(long maxBytes = ExecutionLimits.MaxLoadedBytes)
{
    private readonly Dictionary<string, Lazy<CelValue>> byReference = new(StringComparer.Ordinal);
    private readonly Queue<(string Reference, long Bytes)> order = new();
    private readonly Dictionary<Payload, CelValue> inline = new(ReferenceEqualityComparer.Instance);
    private long bytes;

    public CelValue Get(Payload? payload)
    {
        if (payload is null) return CelValue.Null;

        // One that is to be stored and still holds its bytes cannot be asked for: nobody has it yet.
        if (payload.Reference is { } reference && payload.Json.IsEmpty)
            return byReference.TryGetValue(reference, out var stored) ? stored.Value : throw new ValueNeededException(reference);
        if (inline.TryGetValue(payload, out var known)) return known;
        var value = Parse(payload.Json);
        if (inline.Count >= ExecutionLimits.MaxParsedValues) inline.Clear();
        inline[payload] = value;
        return value;
    }

    /// <summary>Gives a value as JSON.</summary>
    public ReadOnlyMemory<byte> Json(Payload? payload)
    {
        if (payload is null) return Payload.Null.Json;
        if (!payload.Json.IsEmpty) return payload.Json;
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(output, EventJson.WriterOptions);
        Get(payload).WriteJson(writer);
        writer.Flush();
        return output.WrittenMemory;
    }

    public void Add(string reference, ReadOnlyMemory<byte> json)
    {
        if (byReference.ContainsKey(reference)) return;
        while (bytes + json.Length > maxBytes && order.TryDequeue(out var oldest))
        {
            byReference.Remove(oldest.Reference);
            bytes -= oldest.Bytes;
        }

        // Parsed when it is read first: of the large values that pass through here, such as plans, most never are.
        byReference[reference] = new Lazy<CelValue>(() => Parse(json), LazyThreadSafetyMode.None);
        order.Enqueue((reference, json.Length));
        bytes += json.Length;
    }

    private static CelValue Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        return CelValue.FromJson(document.RootElement);
    }
}
