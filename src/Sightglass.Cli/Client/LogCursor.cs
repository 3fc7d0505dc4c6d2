using System.Text.Json;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>How far a reader of a log is.</summary>
/// <param name="after">Where it begins.</param>
/// <param name="hasAll">Whether it gets every event, so that numbers have no gaps.</param>
internal sealed class LogCursor(long after, bool hasAll)
{
    /// <summary>Gets the seq of the last event that it knows.</summary>
    public long Seq { get; private set; } = after;

    /// <summary>Gets whether that was the last of the execution.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Takes in whole lines.</summary>
    /// <exception cref="CommandRefusedException">They do not follow what came before: it is another log.</exception>
    public void Advance(ReadOnlySpan<byte> lines)
    {
        if (hasAll && Head(lines).Seq is var first && first != Seq + 1)
            throw new CommandRefusedException(ExitCodes.Refused, $"Event {first} follows {Seq}: the log is not the one that was read so far. Start again from its beginning.");
        (Seq, HasEnded) = Head(lines[(lines[..^1].LastIndexOf((byte)'\n') + 1)..]);
    }

    private static (long Seq, bool IsEnd) Head(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, isFinalBlock: false, default);
        long seq = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals("data"u8))
        {
            var (isSeq, isType) = (reader.ValueTextEquals("seq"u8), reader.ValueTextEquals("type"u8));
            reader.Read();
            if (isSeq) seq = reader.GetInt64();
            else if (isType) return (seq, reader.ValueTextEquals("execution.completed"u8) || reader.ValueTextEquals("execution.failed"u8) || reader.ValueTextEquals("execution.cancelled"u8));
        }

        return (seq, false);
    }
}
