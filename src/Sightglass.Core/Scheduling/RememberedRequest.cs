using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <summary>The record of a request that came with an idempotency key: the hash of its body, and what it was answered.</summary>
internal sealed record RememberedRequest(RecordKey Key, string BodyHash, DateTimeOffset ExpiresAt)
{
    /// <summary>Remembers what a start or a custom event led to.</summary>
    /// <param name="expectedVersion">What the record must be.</param>
    /// <param name="executions">The executions; null while they are not known yet.</param>
    public RecordWrite Executions(long expectedVersion, IReadOnlyList<Guid>? executions) => Write(expectedVersion, writer =>
    {
        if (executions is null) return;
        writer.WriteStartArray("executions"u8);
        foreach (var id in executions) writer.WriteStringValue(id);
        writer.WriteEndArray();
    });

    /// <summary>Remembers the answer to a command.</summary>
    /// <remarks>Whatever stands there: only the owner of an execution writes what its commands were answered, after a look.</remarks>
    public RecordWrite Answer(CommandAnswer answer) => Write(RecordWrite.AnyVersion, writer =>
    {
        writer.WriteBoolean("accepted"u8, answer.Accepted);
        writer.WriteString("code"u8, answer.Code);
        writer.WriteString("message"u8, answer.Message);
    });

    /// <summary>Reads what was remembered.</summary>
    public Remembered Read(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        if (root.GetProperty("body"u8).GetString() != BodyHash)
            return new Remembered(new CommandAnswer(false, "idempotency_conflict", "The idempotency key was used for another request; use a new key for a new request."), null);
        var executions = root.TryGetProperty("executions"u8, out var ids) ? ids.EnumerateArray().Select(id => id.GetGuid()).ToArray() : null;
        var answer = root.TryGetProperty("accepted"u8, out var accepted)
            ? new CommandAnswer(accepted.GetBoolean(), root.GetProperty("code"u8).GetString()!, root.GetProperty("message"u8).GetString()!)
            : CommandAnswer.Done;
        return new Remembered(answer, executions);
    }

    private RecordWrite Write(long expectedVersion, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("body"u8, BodyHash);
            write(writer);
            writer.WriteEndObject();
        }

        return new RecordWrite(Key, expectedVersion, bytes.WrittenMemory, ExpiresAt);
    }
}

/// <summary>What a request was answered when it was made first.</summary>
/// <param name="Answer">The answer; a refusal where the body was another.</param>
/// <param name="Executions">The executions that it led to, where it was a start or a custom event that was delivered to all.</param>
internal sealed record Remembered(CommandAnswer Answer, IReadOnlyList<Guid>? Executions);
