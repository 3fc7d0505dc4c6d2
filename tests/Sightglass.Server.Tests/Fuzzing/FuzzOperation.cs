using System.Text.Json;
using System.Text.Json.Nodes;
using Sightglass.Server.Tests.OpenApi;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>An operation of the document, with what a request to it is made of.</summary>
internal sealed class FuzzOperation
{
    private FuzzOperation(string path, string method, JsonElement operation)
    {
        (Path, Method, Name) = (path, method, method + " " + path);
        var parameters = operation.TryGetProperty("parameters", out var described) ? described.EnumerateArray().ToList() : [];
        PathNames = Names("path");
        HeaderNames = Names("header");
        Query = [.. parameters.Where(p => p.GetProperty("in").ValueEquals("query")).Select(p => (p.GetProperty("name").GetString()!, p.GetProperty("schema")))];
        if (operation.TryGetProperty("requestBody", out var body)) Bodies = [.. body.GetProperty("content").EnumerateObject().Select(c => (c.Name, ExamplesOf(c.Value.GetProperty("schema"))))];

        string[] Names(string place) => [.. parameters.Where(p => p.GetProperty("in").ValueEquals(place)).Select(p => p.GetProperty("name").GetString()!)];
    }

    public string Name { get; }

    public string Path { get; }

    public string Method { get; }

    public IReadOnlyList<string> PathNames { get; }

    public IReadOnlyList<string> HeaderNames { get; }

    public IReadOnlyList<(string Name, JsonElement Schema)> Query { get; }

    /// <summary>Gets the media types that it takes, each with its examples.</summary>
    public IReadOnlyList<(string Type, IReadOnlyList<JsonNode> Examples)> Bodies { get; } = [];

    /// <summary>Gets all of the document.</summary>
    public static IReadOnlyList<FuzzOperation> All { get; } =
    [
        .. ApiContract.Document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => new FuzzOperation(p.Name, o.Name.ToUpperInvariant(), o.Value))),
    ];

    private static IReadOnlyList<JsonNode> ExamplesOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("$ref", out var reference)) return [];
        var examples = ApiSchema.Resolve(ApiContract.Document, reference.GetString()!).GetProperty("examples");
        return [.. examples.EnumerateArray().Select(e => JsonNode.Parse(e.GetRawText())!)];
    }
}
