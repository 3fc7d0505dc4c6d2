using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.WebUtilities;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.OpenApi;

/// <summary>The API in OpenAPI 3.1, made of what the routes say of themselves.</summary>
internal static class OpenApiDocument
{
    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "PATCH"];

    /// <summary>Gets the refusals that every route may answer.</summary>
    public static IReadOnlyList<(int Status, string Code)> Everywhere { get; } =
    [
        (400, "bad_request"),
        (400, "token_in_url"),
        (400, "unknown_parameter"),
        (401, "login_required"),
        (401, "token_invalid"),
        (403, "csrf_missing"),
        (403, "forwarded_request"),
        (403, "foreign_origin"),
        (403, "forbidden"),
        (421, "foreign_host"),
        (429, "too_many_requests"),
        (500, "internal_error"),
        (503, "stopping"),
        (503, "store_unavailable"),
        (503, "disk_full"),
        (503, "disk_error"),
        (503, "read_only"),
        (503, "database_locked"),
        (503, "database_damaged"),
        (503, "out_of_memory"),
        (503, "store_failed"),
    ];

    // A body that says to be of an unknown kind is refused before anybody looks whether the route takes one.
    private static readonly (int Status, string Code) UnknownBody = (415, "unsupported_media_type");

    /// <summary>Writes it as indented UTF-8; the same routes give the same bytes.</summary>
    public static byte[] Write(IEnumerable<EndpointDataSource> sources)
    {
        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Sightglass",
                ["version"] = "1",
                ["summary"] = "Runs pipelines and shows each execution live.",
                ["description"] = "Every fact about an execution is an event in an append-only log; everything else reads that log. Refusals are application/problem+json with a stable code. Times of day are milliseconds since the Unix epoch unless they are texts, durations milliseconds, sizes bytes, costs US dollars. New members and new values may be added; clients pass over what they do not know.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. Tags.All.Select(t => new JsonObject { ["name"] = t.Name, ["description"] = t.Text })]),
            ["paths"] = Paths(sources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()),
            ["components"] = new JsonObject { ["responses"] = CommonRefusals(), ["schemas"] = OpenApiSchemas.Read() },
        };
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, JsonAnswer.Options with { Indented = true, NewLine = "\n" })) document.WriteTo(writer);
        output.WriteByte((byte)'\n');
        return output.ToArray();
    }

    /// <summary>Gives the address of a route as the description has it.</summary>
    public static string PathOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => "{" + parameter.Name + "}",
        _ => throw new InvalidOperationException($"The route {pattern.RawText} has a part of an unknown kind."),
    }))));

    private static JsonObject Paths(IEnumerable<RouteEndpoint> endpoints)
    {
        var paths = new SortedDictionary<string, SortedDictionary<int, JsonNode?>>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<RouteDescription>() is not { } description) continue;
            var path = PathOf(endpoint.RoutePattern);
            if (!paths.TryGetValue(path, out var operations)) paths.Add(path, operations = []);
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                operations.Add(Array.IndexOf(Methods, method), Operation(method, description, endpoint.Metadata.GetMetadata<RouteNeed>()));
        }

        return new JsonObject(paths.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)new JsonObject(p.Value.Select(o => KeyValuePair.Create(Methods[o.Key].ToLowerInvariant(), o.Value))))));
    }

    private static JsonObject Operation(string method, RouteDescription description, RouteNeed? need)
    {
        var operation = new JsonObject { ["tags"] = new JsonArray(description.Tag), ["summary"] = description.Summary };
        if (description.Text is { } text) operation["description"] = text;
        operation["operationId"] = description.Operation;
        if (description.Parameters.Count > 0) operation["parameters"] = new JsonArray([.. description.Parameters.Select(Parameter)]);
        if (description.Bodies.Count > 0)
        {
            var content = new JsonObject(description.Bodies.Select(body => KeyValuePair.Create(body.ContentType, (JsonNode?)Content(body.ContentType, body.Schema))));
            operation["requestBody"] = new JsonObject { ["required"] = description.Bodies[0].IsRequired, ["content"] = content };
        }

        operation["responses"] = Responses(method, description);
        operation["x-role"] = need is null or { IsOpen: true } ? "none" : need.Role.ToWire();
        if (description.IsStream) operation["x-stream"] = true;
        return operation;
    }

    private static JsonObject Parameter(ParameterDescription parameter)
    {
        var json = new JsonObject { ["name"] = parameter.Name, ["in"] = parameter.Place, ["description"] = parameter.Text };
        if (parameter.Place == "path") json["required"] = true;
        if (parameter.Constraint.IsList) json["explode"] = parameter.Constraint.IsRepeated;
        json["schema"] = parameter.Constraint.ToSchema();
        return json;
    }

    private static JsonObject Responses(string method, RouteDescription description)
    {
        var responses = new SortedDictionary<int, JsonNode?>();
        foreach (var forms in description.Answers.GroupBy(a => a.Status))
        {
            var answer = new JsonObject { ["description"] = string.Join(" ", forms.Select(f => f.Text).Distinct()) };
            var contents = forms.Where(f => f.ContentType is not null).Select(f => KeyValuePair.Create(f.ContentType!, (JsonNode?)Content(f.ContentType!, f.Schema)));
            if (contents.Any()) answer["content"] = new JsonObject(contents);
            responses[forms.Key] = answer;
        }

        IEnumerable<(int Status, string Code)> common = method == "GET" ? Everywhere : [.. Everywhere, UnknownBody];
        foreach (var refusals in description.Failures.Concat(common).Distinct().GroupBy(f => f.Status))
        {
            var isOwn = description.Failures.Any(f => f.Status == refusals.Key && !common.Contains(f));

            // A route that refuses in words of its own may still be refused by what stands before it.
            if (responses.TryGetValue(refusals.Key, out var own))
            {
                var refusal = Refusal(refusals.Key, refusals.Select(f => f.Code));
                foreach (var (type, content) in own!["content"]!.AsObject()) refusal["content"]![type] = content!.DeepClone();
                refusal["description"] = own["description"]!.DeepClone();
                responses[refusals.Key] = refusal;
            }
            else
            {
                responses[refusals.Key] = isOwn ? Refusal(refusals.Key, refusals.Select(f => f.Code)) : new JsonObject { ["$ref"] = "#/components/responses/" + NameOf(refusals.Key) };
            }
        }

        return new JsonObject(responses.Select(r => KeyValuePair.Create(r.Key.ToString(CultureInfo.InvariantCulture), r.Value)));
    }

    private static JsonObject CommonRefusals() =>
        new(Everywhere.Append(UnknownBody).GroupBy(f => f.Status).Select(f => KeyValuePair.Create(NameOf(f.Key), (JsonNode?)Refusal(f.Key, f.Select(r => r.Code)))));

    private static string NameOf(int status) => ReasonPhrases.GetReasonPhrase(status).Replace(" ", "", StringComparison.Ordinal);

    private static JsonObject Refusal(int status, IEnumerable<string> codes) => new()
    {
        ["description"] = ReasonPhrases.GetReasonPhrase(status) + ".",
        ["content"] = new JsonObject { ["application/problem+json"] = Content("application/problem+json", "Problem") },
        ["x-codes"] = new JsonArray([.. codes.Order(StringComparer.Ordinal).Select(c => (JsonNode)c)]),
    };

    // What is no JSON has no schema of its own; where it carries JSON, such as the data of frames, that is named.
    private static JsonObject Content(string contentType, string? schema)
    {
        if (schema is null) return new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        var reference = new JsonObject { ["$ref"] = "#/components/schemas/" + schema };
        return contentType is "text/event-stream" or "application/x-ndjson"
            ? new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" }, ["x-item-schema"] = reference }
            : new JsonObject { ["schema"] = reference };
    }
}
