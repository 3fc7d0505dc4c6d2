using System.Text;
using System.Text.Json.Nodes;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Bodies of requests: what the operation takes, mostly with something changed.</summary>
internal sealed class RequestBodies(FuzzWorld world)
{
    private static readonly string[] Reports =
    [
        "stage.started", "stage.output", "stage.log", "stage.progress", "stage.completed", "stage.failed", "stage.skipped", "stage.queued", "stage.waiting", "stage.cancelled",
        "trigger.evaluated", "agent.message", "agent.memory", "agent.state", "agent.tool", "execution.started", "execution.completed", "execution.created", "no.such",
    ];

    /// <summary>Makes the body of a request.</summary>
    /// <returns>Nothing where there is none.</returns>
    public (string? Type, byte[]? Body) Next(Random random, FuzzOperation operation)
    {
        if (operation.Bodies.Count == 0) return random.Next(60) == 0 ? ("application/json", OddJson.Next(random, null)) : (null, null);
        var (type, examples) = operation.Bodies[random.Next(operation.Bodies.Count)];
        var body = type switch
        {
            "application/zip" => random.Next(3) == 0 ? Changed(random, world.Dump(random, isForged: false)) : world.Dump(random, isForged: true),
            "application/yaml" => Changed(random, random.Next(2) == 0 ? FuzzPipelines.Yaml : Encoding.UTF8.GetBytes(FuzzPipelines.Files[world.Known.Some(random, "pipeline")])),
            _ => Json(random, operation, examples),
        };
        return (type, body);
    }

    private static byte[] Json(Random random, FuzzOperation operation, IReadOnlyList<JsonNode> examples)
    {
        // So much that it has to be refused, or read in parts.
        if (random.Next(2000) == 0) return Encoding.UTF8.GetBytes($$"""{"input":"{{new string('x', 2 * 1024 * 1024)}}"}""");
        return OddJson.Next(random, random.Next(2) == 0 ? Meant(random, operation.Name) ?? Some(random, examples) : Some(random, examples));
    }

    /// <summary>Gives a body that fits what there is; nothing where the examples do.</summary>
    private static JsonObject? Meant(Random random, string operation) => operation switch
    {
        "POST /api/executions" => new JsonObject { ["pipeline"] = random.Next(2) == 0 ? "hello" : JsonNode.Parse("""{"id":"nightly","stages":[{"id":"fetch"},{"id":"load","needs":["fetch"]}]}"""), ["externalId"] = "job-" + random.Next(2000) },
        "POST /api/executions/{id}/events" => new JsonObject { ["events"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Report(random))]) },
        "POST /api/executions/{id}/approve" or "POST /api/executions/{id}/reject" => new JsonObject { ["stage"] = "ask", ["comment"] = OddTexts.Next(random) },
        "POST /api/pipelines/{id}/run" => new JsonObject
        {
            ["input"] = OddJson.Value(random),
            ["labels"] = new JsonObject { ["team"] = OddTexts.Next(random) },
            ["webhookUrl"] = random.Next(10) == 0 ? "http://127.0.0.1:9/x" : null,
            ["breakpoints"] = random.Next(3) == 0 ? new JsonArray("print") : null,
        },
        "POST /api/events" => new JsonObject { ["type"] = "go", ["data"] = OddJson.Value(random) },
        "POST /api/users" => new JsonObject { ["name"] = "u" + random.Next(100_000), ["password"] = "correct horse battery", ["role"] = "viewer", ["grants"] = new JsonObject { ["hello"] = "operator" } },
        "POST /api/organizations" => new JsonObject { ["name"] = "o" + random.Next(500) },
        "POST /api/session" => new JsonObject { ["name"] = "ada", ["password"] = random.Next(2) == 0 ? "correct horse battery" : OddTexts.Next(random) },
        "PATCH /api/users/{name}" => new JsonObject { ["grants"] = new JsonObject { ["hello"] = "author" }, ["disabled"] = random.Next(2) == 0 },
        _ => null,
    };

    private static JsonObject Report(Random random) => new()
    {
        ["type"] = Reports[random.Next(Reports.Length)],
        ["stage"] = random.Next(5) == 0 ? "load" : "fetch",
        ["attempt"] = random.Next(6) == 0 ? random.Next(5) : null,
        ["time"] = random.Next(6) == 0 ? OddTexts.Next(random) : null,
        ["data"] = random.Next(6) switch
        {
            0 => null,
            1 => OddJson.Value(random),
            2 => new JsonObject { ["level"] = "info", ["message"] = OddTexts.Next(random), ["fields"] = OddJson.Value(random) },
            3 => new JsonObject { ["output"] = OddJson.Value(random), ["error"] = new JsonObject { ["code"] = "x", ["message"] = OddTexts.Next(random) }, ["duration"] = OddJson.Value(random) },
            4 => new JsonObject { ["fraction"] = random.NextDouble() * 2, ["from"] = "fetch", ["to"] = "load", ["kind"] = "request", ["key"] = OddTexts.Next(random), ["reason"] = "x" },
            _ => new JsonObject { ["text"] = OddTexts.Next(random), ["stream"] = "output" },
        },
    };

    private static JsonNode? Some(Random random, IReadOnlyList<JsonNode> examples) => examples.Count == 0 ? null : examples[random.Next(examples.Count)];

    private static byte[] Changed(Random random, byte[] content)
    {
        var copy = content.ToArray();
        for (var changes = random.Next(3); changes > 0; changes--) copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return random.Next(10) == 0 ? copy[..random.Next(copy.Length)] : copy;
    }
}
