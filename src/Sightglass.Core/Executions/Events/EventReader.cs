using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Sightglass.Core.Executions;

/// <summary>
/// Reads events of one log quickly: what this version writes most is read by hand, in the order in which it is written, and
/// anything else is left to <see cref="EventJson"/>, which takes every order. What repeats from event to event is made
/// once. Not safe for concurrent use.
/// </summary>
internal sealed class EventReader
{
    private const int IdLength = 36;
    private const int TimeLength = 27;

    private readonly byte[] idText = new byte[IdLength];
    private Guid id;
    private byte[] workerJson = [];
    private WorkerIdentity? worker;

    private delegate EventData? DataReader(EventReader self, ReadOnlySpan<byte> json);

    private static readonly (byte[] Name, DataReader Read)[] Types =
    [
        ("stage.queued\""u8.ToArray(), static (_, json) => Queued(json)),
        ("stage.started\""u8.ToArray(), static (self, json) => self.Started(json)),
        ("stage.completed\""u8.ToArray(), static (_, json) => Completed(json)),
    ];

    /// <summary>Reads every event of a block.</summary>
    public IEnumerable<ExecutionEvent> ReadBlock(ReadOnlyMemory<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.Span.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            if (!line.IsEmpty) yield return Read(line.Span);
        }
    }

    /// <summary>Reads one event, without its line end.</summary>
    /// <exception cref="JsonException">The bytes are no event.</exception>
    public ExecutionEvent Read(ReadOnlySpan<byte> line) => TryRead(line) ?? EventJson.Read(line);

    private ExecutionEvent? TryRead(ReadOnlySpan<byte> line)
    {
        var rest = line;
        if (!Skip(ref rest, "{\"seq\":"u8) || !Utf8Parser.TryParse(rest, out long seq, out var used)) return null;
        rest = rest[used..];
        if (!Skip(ref rest, ",\"time\":\""u8) || !TryTime(ref rest, out var time) || !Skip(ref rest, "\",\"executionId\":\""u8) || !TryId(ref rest)) return null;
        if (!Skip(ref rest, "\",\"type\":\""u8) || ReaderOf(ref rest) is not { } read || !Skip(ref rest, ",\"stage\":\""u8)) return null;
        var length = rest.IndexOf((byte)'"');
        if (length < 0 || rest[..length].Contains((byte)'\\')) return null;
        var stage = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[(length + 1)..];
        if (!TryNumber(ref rest, ",\"attempt\":"u8, out var attempt) || !TryNumber(ref rest, ",\"iteration\":"u8, out var iteration)) return null;
        if (!Skip(ref rest, ",\"data\":"u8) || rest is not [.., (byte)'}'] || read(this, rest[..^1]) is not { } data) return null;
        return new ExecutionEvent(seq, time, id, stage, attempt, iteration, data);
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> text)
    {
        if (!rest.StartsWith(text)) return false;
        rest = rest[text.Length..];
        return true;
    }

    /// <summary>Reads a number that may be absent.</summary>
    private static bool TryNumber(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out int number)
    {
        number = 0;
        if (!Skip(ref rest, name)) return true;
        if (!Utf8Parser.TryParse(rest, out number, out var used)) return false;
        rest = rest[used..];
        return true;
    }

    /// <summary>Reads <c>2026-11-20T17:29:03.123456Z</c>.</summary>
    private static bool TryTime(ref ReadOnlySpan<byte> rest, out DateTimeOffset time)
    {
        time = default;
        if (rest.Length < TimeLength) return false;
        var t = rest[..TimeLength];
        if (t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':' || t[19] != '.' || t[26] != 'Z') return false;
        int year = Digits(t[..4]), month = Digits(t[5..7]), day = Digits(t[8..10]), hour = Digits(t[11..13]), minute = Digits(t[14..16]), second = Digits(t[17..19]), micros = Digits(t[20..26]);
        if ((year | month | day | hour | minute | second | micros) < 0 || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        time = new DateTimeOffset(new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + (micros * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        rest = rest[TimeLength..];
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var number = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit)) return -1;
            number = (number * 10) + (digit - '0');
        }

        return number;
    }

    private bool TryId(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < IdLength) return false;
        if (!rest.StartsWith(idText))
        {
            if (!Utf8Parser.TryParse(rest[..IdLength], out Guid read, out var used) || used != IdLength) return false;
            id = read;
            rest[..IdLength].CopyTo(idText);
        }

        rest = rest[IdLength..];
        return true;
    }

    private static DataReader? ReaderOf(ref ReadOnlySpan<byte> rest)
    {
        foreach (var (name, read) in Types)
        {
            if (Skip(ref rest, name)) return read;
        }

        return null;
    }

    private static StageQueued? Queued(ReadOnlySpan<byte> rest)
    {
        if (!Skip(ref rest, "{\"priority\":\""u8) || Lane(ref rest) is not { } priority || !Skip(ref rest, ",\"lane\":\""u8) || Lane(ref rest) is not { } lane) return null;
        return rest is [(byte)'}'] ? new StageQueued { Priority = priority, Lane = lane } : null;
    }

    private static string? Lane(ref ReadOnlySpan<byte> rest) =>
        Skip(ref rest, "medium\""u8) ? "medium" : Skip(ref rest, "high\""u8) ? "high" : Skip(ref rest, "low\""u8) ? "low" : Skip(ref rest, "urgent\""u8) ? "urgent" : null;

    private StageStarted? Started(ReadOnlySpan<byte> json)
    {
        var rest = json;
        WorkerIdentity? by = null;
        if (!Skip(ref rest, "{"u8)) return null;
        if (Skip(ref rest, "\"worker\":"u8) && (!TryWorker(ref rest, out by) || !Skip(ref rest, ","u8))) return null;
        if (!Skip(ref rest, "\"input\":"u8) || !TryPayload(ref rest, out var input)) return null;
        return rest is [(byte)'}'] ? new StageStarted { Worker = by, Input = input } : null;
    }

    // One worker runs most stages of a log.
    private bool TryWorker(ref ReadOnlySpan<byte> rest, out WorkerIdentity? by)
    {
        by = worker;
        if (worker is not null && Skip(ref rest, workerJson)) return true;
        var end = rest.IndexOf((byte)'}') + 1;

        // The first brace closes it unless it stands in a text, or closes something within, which is left to others.
        if (end == 0 || rest[..end].Contains((byte)'\\') || rest[..end].Count((byte)'"') % 2 != 0) return false;
        var reader = new Utf8JsonReader(rest[..end], isFinalBlock: false, default);
        if (JsonElement.TryParseValue(ref reader, out var element) && element is { ValueKind: JsonValueKind.Object } e && reader.BytesConsumed == end
            && e.TryGetProperty("id"u8, out var name) && e.TryGetProperty("host"u8, out var host) && e.TryGetProperty("process"u8, out var process)
            && name.ValueKind == JsonValueKind.String && host.ValueKind == JsonValueKind.String && process.TryGetInt32(out var number))
        {
            by = worker = new WorkerIdentity(name.GetString()!, host.GetString()!, number);
            workerJson = rest[..end].ToArray();
            rest = rest[end..];
            return true;
        }

        return false;
    }

    private static StageCompleted? Completed(ReadOnlySpan<byte> rest)
    {
        if (!Skip(ref rest, "{\"output\":"u8) || !TryPayload(ref rest, out var output)) return null;
        if (!Skip(ref rest, ",\"duration\":"u8) || !Utf8Parser.TryParse(rest, out double duration, out var used)) return null;
        rest = rest[used..];
        return rest.SequenceEqual(",\"willRepeat\":false}"u8) ? new StageCompleted { Output = output, Duration = duration } : null;
    }

    /// <summary>Reads a value that stands inline. One that could be a reference, or be taken for one, is left to others.</summary>
    private static bool TryPayload(ref ReadOnlySpan<byte> rest, out Payload payload)
    {
        payload = Payload.Null;
        if (Skip(ref rest, "null"u8)) return true;
        if (rest.StartsWith("{\"ref\""u8) || rest.StartsWith("{\"bytes\""u8) || rest.StartsWith("{\"preview\""u8) || rest.StartsWith("{\"\\"u8)) return false;
        var reader = new Utf8JsonReader(rest, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 256 }));
        if (!reader.Read() || !reader.TrySkip()) return false;
        var length = (int)reader.BytesConsumed;
        payload = Payload.Inline(rest[..length].ToArray());
        rest = rest[length..];
        return true;
    }
}
