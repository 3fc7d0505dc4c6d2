using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Makes requests of every operation of the document. Most get past routing, access and the check of the query, so that
/// what is odd about them is for the handlers to deal with; the others are odd where the gates stand.</summary>
internal sealed class RequestGenerator(FuzzWorld world)
{
    private const double OddGate = 0.1;

    private static readonly string[] Methods = ["GET", "HEAD", "OPTIONS", "PATCH", "PUT", "POST", "DELETE", "TRACE", "BREW", "get", "CONNECT"];

    private readonly RequestBodies _bodies = new(world);
    private readonly FuzzOperation[] _operations = [.. FuzzOperation.All.SelectMany(static o => Enumerable.Repeat(o, WeightOf(o)))];

    /// <summary>Makes a request.</summary>
    public FuzzRequest Next(Random random)
    {
        var operation = _operations[random.Next(_operations.Length)];
        var gate = random.NextDouble() < OddGate ? random.Next(7) : -1;
        var path = PathOf(random, operation, gate == 0);
        var target = path + QueryOf(random, operation, gate == 1);
        var method = gate == 2 ? Methods[random.Next(Methods.Length)] : operation.Method;
        var isBroken = gate == 3 && random.Next(3) == 0;
        var headers = new StringBuilder();
        if (gate != 4) headers.Append("Host: ").Append(world.Address.Authority).Append("\r\n");
        else headers.Append(OddHost(random));
        headers.Append(gate == 5 ? world.Others[random.Next(world.Others.Count)] : CallerOf(operation));
        if (gate == 3) headers.Append(isBroken ? OddHeaders.Broken(random) : OddHeaders.Guarded(random));
        foreach (var name in operation.HeaderNames)
        {
            if (random.Next(3) != 0) Add(headers, random, name, HeaderOf(random, name));
        }

        if (random.Next(3) == 0) Add(headers, random, "Accept", Choose(random, "application/json", "*/*", "text/html", "application/x-ndjson", "text/event-stream", "", OddTexts.HeaderValue(random)));
        if (random.Next(20) == 0) headers.Append(OddHeaders.Harmless(random));
        var (type, body) = _bodies.Next(random, operation);
        if (gate == 6) type = Choose(random, "text/plain", "application/xml", "", "application/json; charset=utf-16", "a/b/c", "application/zip", "multipart/form-data; boundary=x", OddTexts.HeaderValue(random));

        // With parts of dots it is another address than it looks.
        var address = path.Contains("%2e", StringComparison.Ordinal) || path.Contains("/.", StringComparison.Ordinal) ? "" : path;
        return Build(random, new FuzzRequest(operation.Name, method, address, [], isBroken || gate is 2 or 4), target, headers, type, body);
    }

    // A token makes no tokens, and has neither password nor session.
    private string CallerOf(FuzzOperation operation) => operation.Name switch
    {
        "POST /api/tokens" or "DELETE /api/tokens/{id}" => world.Session,
        "PUT /api/session/password" => world.Leavers.NewPassword,
        "DELETE /api/session" => world.Leavers.LoggedOut,
        _ => world.Admin,
    };

    // What is cheap and has much to say comes more often than what looks at everything there is.
    private static int WeightOf(FuzzOperation operation) => operation.Name switch
    {
        "GET /openapi/v1.json" or "GET /api/audit" or "GET /api/overview" or "POST /api/events" or "POST /api/users" or "PUT /api/session/password" or "POST /api/session" or "PUT /api/config/flags" => 1,
        "POST /api/executions/import" or "POST /api/executions/{id}/events" or "GET /api/executions/{id}/events" or "GET /api/executions/history" => 10,
        "POST /api/pipelines/{id}/run" or "POST /api/executions" => 6,
        _ => 4,
    };

    private static FuzzRequest Build(Random random, FuzzRequest request, string target, StringBuilder headers, string? type, byte[]? body)
    {
        if (type is not null && (body is not null || random.Next(2) == 0)) headers.Append("Content-Type: ").Append(type).Append("\r\n");
        var isChunked = body is not null && random.Next(8) == 0;
        if (isChunked) headers.Append("Transfer-Encoding: chunked\r\n");
        else if (body is not null) headers.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        using var bytes = new MemoryStream();
        bytes.Write(Encoding.Latin1.GetBytes($"{request.Method} {target} HTTP/1.1\r\n{headers}\r\n"));
        if (body is not null)
        {
            if (isChunked && body.Length > 0) bytes.Write(Encoding.Latin1.GetBytes($"{body.Length:x}\r\n"));
            bytes.Write(body);
            if (isChunked) bytes.Write(body.Length > 0 ? "\r\n0\r\n\r\n"u8 : "0\r\n\r\n"u8);
        }

        // Of a body that nobody reads the rest may meet a closed connection.
        return request with { Bytes = bytes.ToArray(), MayBreak = request.MayBreak || body?.Length > 256 * 1024 };
    }

    private string PathOf(Random random, FuzzOperation operation, bool isOdd)
    {
        var path = operation.Path;
        foreach (var name in operation.PathNames)
        {
            var value = isOdd && random.Next(2) == 0 ? OddTexts.Escaped(random) : Uri.EscapeDataString(ValueOf(random, operation, name));
            path = path.Replace("{" + name + "}", value.Length == 0 ? "x" : value, StringComparison.Ordinal);
        }

        return isOdd && random.Next(4) == 0 ? Choose(random, path + "/", path + "/" + OddTexts.Escaped(random), "/" + path, path.ToUpperInvariant(), path.Replace("/api/", "/api/./x/../", StringComparison.Ordinal)) : path;
    }

    /// <summary>Gives something that is there for a part of a path; where the handler itself looks it up, at times something odd.</summary>
    private string ValueOf(Random random, FuzzOperation operation, string name) => (operation.Name, name) switch
    {
        ("DELETE /api/executions/{id}", _) => world.Known.Some(random, "disposable"),
        ("POST /api/executions/{id}/events", _) when random.Next(10) > 0 => world.Known.Some(random, "external"),
        ("DELETE /api/tokens/{id}", _) => Odd(random, 4) ?? world.Known.Some(random, "token"),
        (_, "id") when operation.Path.StartsWith("/api/webhooks/", StringComparison.Ordinal) => Odd(random, 4) ?? world.Known.Some(random, "dead"),
        ("PUT /api/pipelines/{id}" or "DELETE /api/pipelines/{id}", _) => Odd(random, 10) ?? "made-" + random.Next(1, 4),
        (_, "id") when operation.Path.StartsWith("/api/pipelines/", StringComparison.Ordinal) => Odd(random, 10) ?? world.Known.Some(random, "pipeline"),
        ("POST /executions/{id}/start-streaming" or "GET /ws/executions/{id}/logs", _) => Odd(random, 4) ?? (random.Next(2) == 0 ? "mine-" + random.Next(20) : world.Known.Some(random, "execution")),
        ("POST /api/executions/{id}/approve" or "POST /api/executions/{id}/reject", "id") when random.Next(2) == 0 => world.Known.Some(random, "open"),
        (_, "id") when operation.Path.Contains("/breakpoints/", StringComparison.Ordinal) && random.Next(3) > 0 => world.Known.Some(random, "open"),
        ("POST /api/executions/{id}/step", _) when random.Next(2) == 0 => world.Known.Some(random, "held"),
        (_, "id") when operation.Path.Contains("/playbook-runs/", StringComparison.Ordinal) => world.Known.Some(random, "playbook"),
        (_, "id") => world.Known.Some(random, "execution"),
        (_, "stage" or "stepKey") => Odd(random, 5) ?? FuzzPipelines.Stages[random.Next(FuzzPipelines.Stages.Count)],
        (_, "pipeline") => Odd(random, 5) ?? "printer",
        (_, "schedule") => Odd(random, 5) ?? "rarely",
        (_, "reference") => Odd(random, 5) ?? world.Known.Some(random, "value"),
        (_, "filename") => Odd(random, 5) ?? world.Known.Some(random, "output"),
        (_, "name") => Odd(random, 5) ?? world.Known.Some(random, "user"),
        _ => throw new InvalidOperationException($"Nothing is known for {name} of {operation.Name}: say here what there is."),
    };

    private string QueryOf(Random random, FuzzOperation operation, bool isOdd)
    {
        var parts = new List<string>();
        foreach (var (name, schema) in operation.Query)
        {
            if (random.Next(2) == 0) continue;
            var value = isOdd && random.Next(2) == 0 ? OddTexts.Next(random) : Fitting(random, name, schema);
            parts.Add($"{name}={(isOdd && random.Next(3) == 0 ? OddTexts.Escaped(random) : Escape(value))}");
            if (isOdd && random.Next(4) == 0) parts.Add(parts[^1]);
        }

        if (isOdd && (parts.Count == 0 || random.Next(4) == 0)) parts.Add(Choose(random, Escape(OddTexts.Next(random)) + "=" + OddTexts.Escaped(random), "token=sg_x", "=", "&", "a=b&a", string.Concat(Enumerable.Repeat("a=1&", random.Next(1, 900)))));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    // Within what is described: from one end of it to the other.
    private string Fitting(Random random, string name, JsonElement schema)
    {
        if (schema.GetProperty("type").ValueEquals("array")) return string.Join(',', Enumerable.Range(0, random.Next(1, 3)).Select(_ => Fitting(random, name, schema.GetProperty("items"))));
        if (schema.TryGetProperty("enum", out var choices)) return choices[random.Next(choices.GetArrayLength())].GetString()!;
        if (schema.GetProperty("type").ValueEquals("boolean")) return random.Next(2) == 0 ? "true" : "false";
        if (schema.GetProperty("type").ValueEquals("integer"))
        {
            // Nobody learns anything from waiting.
            var (least, most) = (schema.GetProperty("minimum").GetInt64(), name == "wait" ? 0 : schema.GetProperty("maximum").GetInt64());
            var number = random.Next(5) switch { 0 => least, 1 => most, 2 => random.NextInt64(least, most == long.MaxValue ? most : most + 1), _ => Math.Min(most, least + random.Next(50)) };
            return number.ToString(CultureInfo.InvariantCulture);
        }

        if (schema.TryGetProperty("format", out _)) return world.Known.Some(random, "execution");
        return name switch
        {
            "stages" or "stage" when random.Next(3) > 0 => FuzzPipelines.Stages[random.Next(FuzzPipelines.Stages.Count)],
            "types" when random.Next(3) > 0 => Choose(random, "stage.*", "execution.*", "stage.output", "*"),
            "cursor" when random.Next(3) > 0 => world.Known.Some(random, "cursor"),
            "after" when random.Next(3) > 0 => world.Known.Some(random, "user"),
            "pipeline" when random.Next(3) > 0 => world.Known.Some(random, "pipeline"),
            "from" or "to" when random.Next(3) > 0 => Choose(random, "2026-11-21T00:00:00Z", "0", "-1", "9999-12-31T23:59:59.9999999Z", "2099-01-01"),
            "label" when random.Next(3) > 0 => Choose(random, "team=docs", "team", "imported-by"),
            _ => OddTexts.Fitting(random, schema.TryGetProperty("maxLength", out var longest) ? longest.GetInt32() : 150),
        };
    }

    private string HeaderOf(Random random, string name) => name switch
    {
        "Idempotency-Key" => random.Next(4) == 0 ? OddTexts.HeaderValue(random) : "key-" + random.Next(100_000),
        "Range" => Choose(random, "bytes=0-", "bytes=5-9", "bytes=-3", "bytes=100000-", "bytes=0-0,5-9", "bytes=9223372036854775807-", OddTexts.HeaderValue(random)),
        "If-Match" or "If-None-Match" => random.Next(3) == 0 ? world.Known.Some(random, "tag") : Choose(random, "*", "\"abc\"", "W/\"abc\"", OddTexts.HeaderValue(random)),
        _ => random.Next(3) == 0 ? OddTexts.HeaderValue(random) : random.Next(40).ToString(CultureInfo.InvariantCulture) + (random.Next(2) == 0 ? "" : "." + random.Next(5)),
    };

    private static string OddHost(Random random) => random.Next(5) switch
    {
        0 => "",
        1 => "Host: evil.example\r\n",
        2 => "Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n",
        3 => "Host: [::1\r\n",
        _ => "Host: " + OddTexts.HeaderValue(random) + "\r\n",
    };

    private static void Add(StringBuilder headers, Random random, string name, string value)
    {
        headers.Append(name).Append(": ").Append(value).Append("\r\n");
        if (random.Next(30) == 0) headers.Append(name.ToLowerInvariant()).Append(':').Append(OddTexts.HeaderValue(random)).Append("\r\n");
    }

    private static string? Odd(Random random, int oneOf)
    {
        if (random.Next(oneOf) != 0) return null;

        // A part of one or two dots would name another address.
        var text = OddTexts.Fitting(random, 150);
        return text is "." or ".." ? "..." : text;
    }

    private static string Escape(string text) => Uri.EscapeDataString(string.Concat(text.Select(static c => char.IsSurrogate(c) ? '?' : c)));

    private static string Choose(Random random, params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];
}
