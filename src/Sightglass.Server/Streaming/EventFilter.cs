using System.Text;
using System.Text.Json;

namespace Sightglass.Server.Streaming;

/// <summary>Which events a viewer wants, by stage and by type. It reads no more of a line than its head.</summary>
internal sealed class EventFilter
{
    private readonly byte[][] _stages;
    private readonly (byte[] Name, bool IsPrefix)[] _types;

    private EventFilter(byte[][] stages, (byte[], bool)[] types)
    {
        _stages = stages;
        _types = types;
    }

    /// <summary>Gets whether every event fits.</summary>
    public bool IsOpen => _stages.Length == 0 && _types.Length == 0;

    /// <summary>Makes a filter of the lists in a query; null where they hold too many names.</summary>
    public static EventFilter? Parse(string stages, string types)
    {
        var wantedStages = Split(stages);
        var wantedTypes = Split(types);
        if (wantedStages.Length > ServerLimits.MaxFilters || wantedTypes.Length > ServerLimits.MaxFilters) return null;
        return new EventFilter(
            [.. wantedStages.Select(Encoding.UTF8.GetBytes)],
            [.. wantedTypes.Select(t => t.EndsWith('*') ? (Encoding.UTF8.GetBytes(t[..^1]), true) : (Encoding.UTF8.GetBytes(t), false))]);
    }

    /// <summary>Tells whether an encoded event is wanted.</summary>
    public bool Fits(ReadOnlySpan<byte> line)
    {
        if (IsOpen) return true;
        var typeFits = _types.Length == 0;
        var stageFits = _stages.Length == 0;
        var reader = new Utf8JsonReader(line);
        reader.Read();

        // The type stands before the stage, and both before the data, which is never parsed.
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals("data"u8))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                if (!typeFits && !TypeFits(reader.ValueSpan)) return false;
                typeFits = true;
                if (stageFits) return true;
            }
            else if (reader.ValueTextEquals("stage"u8))
            {
                reader.Read();
                return typeFits && (stageFits || StageFits(reader.ValueSpan));
            }
            else
            {
                reader.Read();
            }
        }

        return typeFits && stageFits;
    }

    private bool TypeFits(ReadOnlySpan<byte> type)
    {
        foreach (var (name, isPrefix) in _types)
        {
            if (isPrefix ? type.StartsWith(name) : type.SequenceEqual(name)) return true;
        }

        return false;
    }

    // The name of a stage means its instances too: x is x, x[0], x[1] …
    private bool StageFits(ReadOnlySpan<byte> stage)
    {
        foreach (var name in _stages)
        {
            if (stage.StartsWith(name) && (stage.Length == name.Length || stage[name.Length] == (byte)'[')) return true;
        }

        return false;
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
