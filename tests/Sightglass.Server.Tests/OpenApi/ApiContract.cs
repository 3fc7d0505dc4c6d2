using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sightglass.Tests;

namespace Sightglass.Server.Tests.OpenApi;

/// <summary>Holds every answer that the tests get against <c>docs/openapi.json</c>: status, media type, shape, and code of a
/// refusal have to be there. What the document does not have at all (an unknown address or method) is left alone.</summary>
internal static class ApiContract
{
    private static readonly Lazy<List<(Regex Address, bool IsLiteral, JsonElement Operations)>> Paths = new(() =>
    [
        .. Document.GetProperty("paths").EnumerateObject()
            .Select(p => (new Regex("^" + Regex.Replace(Regex.Escape(p.Name), @"\\\{[^}]+}", "[^/]+") + "$"), !p.Name.Contains('{'), p.Value))
            .OrderByDescending(p => p.Item2),
    ]);

    public static string File { get; } = Path.Combine(RepositoryFiles.Root, "docs", "openapi.json");

    public static JsonElement Document { get; } = JsonElement.Parse(System.IO.File.ReadAllText(File));

    /// <summary>Lists how an answer differs from what is described; empty where it does not. Without its text only status and
    /// media type are looked at.</summary>
    public static IReadOnlyList<string> Check(string method, string path, int status, string? contentType, string? text)
    {
        // The transport refuses these before the request is one of a route.
        var isUnread = status is 414 or 431 && contentType is null;
        if (isUnread || Find(method, path) is not { } operation) return [];
        var name = operation.GetProperty("operationId").GetString();
        if (!operation.GetProperty("responses").TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out var response)) return [$"{name} does not say that it answers {status}: {text}"];
        if (response.TryGetProperty("$ref", out var common)) response = ApiSchema.Resolve(Document, common.GetString()!);
        if (contentType is null && string.IsNullOrEmpty(text)) return [];
        if (!response.TryGetProperty("content", out var content) || !content.TryGetProperty(contentType ?? "", out var media)) return [$"{name} does not say that it answers {status} as {contentType}"];
        if (text is null || contentType is not ("application/json" or "application/problem+json")) return [];
        var json = JsonElement.Parse(text);
        if (contentType == "application/problem+json" && !response.GetProperty("x-codes").EnumerateArray().Any(c => c.GetString() == json.GetProperty("code").GetString()))
            return [$"{name} does not say that it refuses with {status} {json.GetProperty("code")}: add .Fails({status}, \"{json.GetProperty("code")}\")"];
        return [.. ApiSchema.Check(Document, media.GetProperty("schema"), json).Select(problem => $"{name} {status}: {problem}")];
    }

    private static JsonElement? Find(string method, string path)
    {
        foreach (var (address, _, operations) in Paths.Value)
        {
            if (address.IsMatch(path)) return operations.TryGetProperty(method.ToLowerInvariant(), out var operation) ? operation : null;
        }

        return null;
    }
}
