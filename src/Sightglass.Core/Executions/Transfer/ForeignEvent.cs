using System.Text.Json;

namespace Sightglass.Core.Executions;

/// <summary>Reads the events of a log that came from outside as strictly as readers trust those of our own.</summary>
internal static class ForeignEvent
{
    /// <summary>Reads one.</summary>
    /// <param name="line">The event, without its line end.</param>
    /// <param name="isWhole">Whether it can stand in a log as it is; where it cannot, it has to be written anew.</param>
    /// <exception cref="InvalidDataException">It is not what it says; the message says why.</exception>
    /// <exception cref="JsonException">It is no event.</exception>
    public static ExecutionEvent Read(ReadOnlySpan<byte> line, out bool isWhole)
    {
        // In a text they are escaped; between the parts of an event streams would take them for the end of a line.
        if (line.ContainsAnyInRange((byte)0, (byte)0x1F)) throw new InvalidDataException("it holds a control character");
        var e = EventJson.Read(line);
        isWhole = EventJson.CheckImported(e.Type, JsonElement.Parse(line).TryGetProperty("data"u8, out var data) ? data : default);
        if (e.Attempt < 0 || e.Iteration < 0) throw new InvalidDataException("its attempt or iteration is below zero");
        if (e.Data is UnknownData) return e;
        if (e.Type.StartsWith("execution.", StringComparison.Ordinal) != e.Stage is null) throw new InvalidDataException($"'{e.Type}' is {(e.Stage is null ? "of a stage, and names none" : "of no stage, and names one")}");
        if (!e.Data.IsDecision && e.Attempt == 0) throw new InvalidDataException($"'{e.Type}' is of an attempt, and has no number of one");
        return e;
    }
}
