using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>Keeps events under their size limit: values that would not fit are stored by hash.</summary>
internal static class EventFit
{
    /// <summary>Values smaller than a reference gains are never spilled.</summary>
    private const int SmallestSpill = 1024;

    /// <summary>What an event has around its data, and two references with their previews.</summary>
    private const int Envelope = 4 * 1024;

    public static EventData Fit(EventData data, List<StoredValue> stored, LoadedValues? values)
    {
        // Nearly all events, without a look at each value.
        if (data is StageQueued or StageStarted { Input: { IsInline: true, Bytes: <= ExecutionLimits.MaxInlineBytes } } or StageCompleted { Output: { IsInline: true, Bytes: <= ExecutionLimits.MaxInlineBytes } }) return data;
        return FitLarge(data, stored, values);
    }

    /// <summary>Gives how many bytes an <c>execution.created</c> takes beside its values.</summary>
    public static int FixedBytes(ExecutionCreated created)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(output, EventJson.WriterOptions);
        JsonSerializer.Serialize(writer, created with { Input = Payload.Null, Plan = Payload.Null }, EventJsonContext.Default.ExecutionCreated);
        return output.WrittenCount;
    }

    // Its labels and the pipelines it calls may take most of it.
    private static long MostOf(EventData data) =>
        data is ExecutionCreated created ? Math.Min(ExecutionLimits.MaxInlineBytes, EventJson.MaxEventBytes - Envelope - FixedBytes(created)) : ExecutionLimits.MaxInlineBytes;

    private static EventData FitLarge(EventData data, List<StoredValue> stored, LoadedValues? values)
    {
        var total = 0L;
        var any = false;
        data.MapPayloads(p =>
        {
            total += p.IsInline ? p.Bytes : 0;
            any |= !p.IsInline && !p.Json.IsEmpty;
            return p;
        });
        var most = MostOf(data);
        if (total <= most && !any) return data;

        // Largest first until the rest fits. A value that is a reference already but still holds its bytes (one that looked
        // like a reference) is stored, too.
        var budget = total;
        var sizes = new List<long>();
        data.MapPayloads(p =>
        {
            if (p.IsInline) sizes.Add(p.Bytes);
            return p;
        });
        sizes.Sort();
        var limit = long.MaxValue;
        for (var i = sizes.Count - 1; i >= 0 && budget > most; i--)
        {
            limit = sizes[i];
            budget -= sizes[i];
        }

        return data.MapPayloads(p =>
        {
            if (p.IsInline && (p.Bytes < limit || p.Bytes < SmallestSpill)) return p;
            if (p.Json.IsEmpty) return p;
            var spilled = p.Spill();
            stored.Add(new StoredValue(spilled.Reference!, spilled.Json));
            values?.Add(spilled.Reference!, spilled.Json);
            return Payload.ByReference(spilled.Reference!, spilled.Bytes, spilled.Preview);
        });
    }
}
