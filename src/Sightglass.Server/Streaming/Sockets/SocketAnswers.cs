using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>What a socket is answered.</summary>
internal static class SocketAnswers
{
    public static ReadOnlyMemory<byte> Draining(long retry) => Write("draining", null, retry, static (writer, retry) => writer.WriteNumber("retry"u8, retry));

    public static ReadOnlyMemory<byte> Pong(SocketMessage message) => Write("pong", message.Reference, 0, static (_, _) => { });

    public static ReadOnlyMemory<byte> Refused(SocketMessage message, ApiProblem problem) => Write("error", message.Reference, problem, WriteProblem);

    /// <summary>Answers <c>subscribe</c> or <c>unsubscribe</c>.</summary>
    public static ReadOnlyMemory<byte> Subscription(string type, SocketMessage message, ApiProblem? problem, long? last = null) =>
        Write(type, message.Reference, (message, problem, last), static (writer, answer) =>
        {
            WriteExecution(writer, answer.message);
            writer.WriteBoolean("success"u8, answer.problem is null);
            if (answer.last is { } last) writer.WriteNumber("last"u8, last);
            if (answer.problem is { } problem) WriteProblem(writer, problem);
        });

    /// <summary>Says that a subscription cannot go on.</summary>
    public static ReadOnlyMemory<byte> Failed(Guid executionId, ApiProblem problem) => Word("error", executionId, problem, WriteProblem);

    /// <summary>Answers a command.</summary>
    public static ReadOnlyMemory<byte> Command(SocketMessage message, CommandAnswer? answer, ApiProblem? problem) =>
        Write("answer", message.Reference, (message, answer, problem), static (writer, given) =>
        {
            if (given.message.Text("command") is { } command) writer.WriteString("command"u8, command);
            WriteExecution(writer, given.message);
            writer.WriteBoolean("accepted"u8, given.answer?.Accepted == true);
            if (given.problem is { } problem)
            {
                WriteProblem(writer, problem);
                return;
            }

            writer.WriteString("code"u8, given.answer!.Code);
            writer.WriteString("message"u8, given.answer.Message);
        });

    /// <summary>Says something of a subscription: its type and how far it is.</summary>
    public static ReadOnlyMemory<byte> Word<T>(string type, Guid executionId, T value, Action<Utf8JsonWriter, T> write) =>
        Write(type, null, (executionId, value, write), static (writer, word) =>
        {
            writer.WriteString("executionId"u8, word.executionId);
            word.write(writer, word.value);
        });

    private static void WriteExecution(Utf8JsonWriter writer, SocketMessage message)
    {
        if (message.Text("executionId") is { Length: <= StreamLimits.MaxReferenceChars } id) writer.WriteString("executionId"u8, id);
    }

    private static void WriteProblem(Utf8JsonWriter writer, ApiProblem problem)
    {
        writer.WriteNumber("status"u8, problem.Status);
        writer.WriteString("code"u8, problem.Code);
        writer.WriteString("error"u8, problem.Detail);
    }

    private static ReadOnlyMemory<byte> Write<T>(string type, JsonElement? reference, T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, JsonAnswer.Options);
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        if (reference is { } given)
        {
            writer.WritePropertyName("ref"u8);
            given.WriteTo(writer);
        }

        write(writer, value);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
