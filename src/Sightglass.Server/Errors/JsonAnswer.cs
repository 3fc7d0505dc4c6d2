using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Definitions;

namespace Sightglass.Server.Errors;

/// <summary>Writes JSON answers.</summary>
internal static class JsonAnswer
{
    private const string Json = "application/json";

    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static Task WriteAsync<T>(HttpContext context, T value, Action<Utf8JsonWriter, T> write) => WriteAsync(context, Json, value, write);

    public static async Task WriteAsync<T>(HttpContext context, string contentType, T value, Action<Utf8JsonWriter, T> write)
    {
        // Written whole before anything is sent: an error on the way can then still become a problem, and the length is known.
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, Options)) write(writer, value);
        await WriteAsync(context, contentType, buffer.Written).ConfigureAwait(false);
    }

    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json) => WriteAsync(context, Json, json);

    public static void WriteProblems(Utf8JsonWriter writer, IReadOnlyList<Problem> problems)
    {
        writer.WriteStartArray("problems"u8);
        foreach (var problem in problems)
        {
            writer.WriteStartObject();
            writer.WriteString("code"u8, problem.Code);
            writer.WriteString("severity"u8, problem.Severity == ProblemSeverity.Warning ? "warning"u8 : "error"u8);
            writer.WriteString("message"u8, problem.Message);
            writer.WriteString("suggestion"u8, problem.Suggestion);
            writer.WriteString("file"u8, problem.File);
            writer.WriteNumber("line"u8, problem.Line);
            writer.WriteNumber("column"u8, problem.Column);
            writer.WriteString("path"u8, problem.Path);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static Task WriteAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
