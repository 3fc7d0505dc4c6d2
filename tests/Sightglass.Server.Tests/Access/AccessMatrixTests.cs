using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Xunit;

namespace Sightglass.Server.Tests.Access;

/// <summary>Each route of the table of routes, asked by anonymous, viewer, operator, author, admin and another organisation.</summary>
public sealed partial class AccessMatrixTests
{
    // Admins of another organisation make none.
    private const string OfDefaultAlone = "POST /api/organizations";

    private static readonly string[] Callers = ["other", "anonymous", "viewer", "operator", "author", "admin"];

    [Fact]
    public async Task Every_route_has_a_row_that_says_the_same()
    {
        await using var server = await ServerHarness.StartAsync();
        var wrong = RoutesOf(server)
            .Where(r => AccessMatrix.Rows.GetValueOrDefault(r.Name) != Said(r.Need))
            .Select(r => $"{Said(r.Need),-9} {r.Name.Replace(" ", "    ", StringComparison.Ordinal)}");

        Assert.True(!wrong.Any(), "Write into AccessMatrix who may use these routes (what they say themselves stands before them), or mend the routes:\n" + string.Join('\n', wrong));
    }

    [Fact]
    public async Task Every_route_answers_each_caller_as_its_row_says()
    {
        await using var server = await ServerHarness.StartAsync(Some.Approval);
        var headers = await CallersAsync(server);
        var wrong = new List<string>();
        var asked = 0;
        foreach (var (name, _) in RoutesOf(server))
        {
            if (!AccessMatrix.Rows.TryGetValue(name, out var least)) continue;

            // A row before may have deleted it.
            await server.AddAsync(Some.Approval);
            var id = await StartAsync(server);
            foreach (var caller in Callers)
            {
                var (status, code) = await AskAsync(server, name, id, headers[caller]);
                asked++;
                if (!Fits(name, least, caller, status, code)) wrong.Add($"{name} ({least}) as {caller}: {(int)status} {code}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(asked > 200, $"Only {asked} requests were made.");
    }

    [Fact]
    public async Task Role_on_one_pipeline_reaches_no_further()
    {
        await using var server = await ServerHarness.StartAsync(Some.Approval, Some.Waits);
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("bob", "none", grants: """{"approval":"operator"}""");
        var (own, others) = (await StartAsync(server), await StartAsync(server, "waits"));
        var bob = await server.LogInAsync("bob");
        var origin = ("Origin", server.Address.GetLeftPart(UriPartial.Authority));

        Assert.Equal(["approval"], (await server.GetAsync("/api/pipelines", bob)).Json.EnumerateArray().Select(p => p.GetProperty("id").GetString()));
        foreach (var list in (string[])["/api/executions", "/api/executions/history"])
            Assert.Equal([own], (await server.GetAsync(list, bob)).Json.GetProperty("executions").EnumerateArray().Select(e => e.GetProperty("id").GetGuid()));
        Assert.Equal(1, (await server.GetAsync("/api/executions/history?page=1", bob)).Json.GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/executions/{own}", bob)).Status);
        (await server.GetAsync($"/api/executions/{others}", bob)).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        (await server.PostAsync($"/api/executions/{others}/cancel", "{}", bob, origin)).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{own}/cancel", "{}", bob, origin)).Status);
        (await server.DeleteAsync($"/api/executions/{own}", bob, origin)).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        (await server.PostAsync("/api/pipelines/waits/run", "{}", bob, origin)).AssertProblem(HttpStatusCode.NotFound, "pipeline_not_found");
        (await server.PostAsync("/api/events", """{"type":"go"}""", bob, origin)).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        (await server.GetAsync("/api/users", bob)).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
    }

    private static bool Fits(string name, string least, string caller, HttpStatusCode status, string? code)
    {
        var isLetIn = status != HttpStatusCode.Unauthorized && code is not ("forbidden" or "FORBIDDEN" or "NO_ORG_ACCESS");
        if (least == "open") return isLetIn || code is "login_failed";
        if (caller == "anonymous") return status == HttpStatusCode.Unauthorized;
        if (caller == "other" && name == OfDefaultAlone) return status == HttpStatusCode.Forbidden;
        if (caller == "other") return isLetIn && (!NamesTarget().IsMatch(name) || status is HttpStatusCode.NotFound or HttpStatusCode.UpgradeRequired);
        return Array.IndexOf(Callers, caller) >= Array.IndexOf(Callers, least) ? isLetIn : status == HttpStatusCode.Forbidden;
    }

    private static async Task<(HttpStatusCode Status, string? Code)> AskAsync(ServerHarness server, string name, Guid id, (string, string)? caller)
    {
        var (method, path) = (name[..name.IndexOf(' ', StringComparison.Ordinal)], name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        path = path.Replace("/pipelines/{id}", "/pipelines/approval", StringComparison.Ordinal).Replace("{pipeline}", "approval", StringComparison.Ordinal)
            .Replace("{id}", id.ToString(), StringComparison.Ordinal).Replace("{stage}", "ask", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(path, "nothing"));
        if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        if (caller is { } known) request.Headers.TryAddWithoutValidation(known.Item1, known.Item2);

        // A stream that is let in goes on; that its headers come is all there is to know.
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if ((int)response.StatusCode < 400) return (response.StatusCode, null);
        var text = await response.Content.ReadAsStringAsync();
        var json = JsonElement.Parse(text);
        return (response.StatusCode, json.TryGetProperty("code", out var code) ? code.GetString() : json.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error.GetProperty("code").GetString() : text);
    }

    private static async Task<Dictionary<string, (string, string)?>> CallersAsync(ServerHarness server)
    {
        var callers = new Dictionary<string, (string, string)?> { ["anonymous"] = null };
        foreach (var role in (string[])["viewer", "operator", "author", "admin"])
            callers[role] = Bearer(await server.PostAsync("/api/tokens", $$"""{"name":"{{role}}","role":"{{role}}"}"""));
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("eve", "admin", organization: "acme");
        callers["other"] = Bearer(await server.PostAsync("/api/tokens", """{"name":"other","role":"admin"}""", await server.LogInAsync("eve", organization: "acme"), ("Origin", server.Address.GetLeftPart(UriPartial.Authority))));
        return callers;

        static (string, string) Bearer(Answer answer) => ("Authorization", "Bearer " + answer.Json.GetProperty("token").GetString());
    }

    private static async Task<Guid> StartAsync(ServerHarness server, string pipeline = "approval")
    {
        var definition = DefinitionReader.Read(await File.ReadAllBytesAsync(Path.Combine(server.Folder, pipeline + ".yaml")), pipeline + ".yaml").Definition!;
        return (await server.Engine.StartAsync(new StartRequest { Definition = definition })).ExecutionId!.Value;
    }

    private static IEnumerable<(string Name, RouteNeed Need)> RoutesOf(ServerHarness server) =>
        from route in server.Routes
        let path = "/" + route.RoutePattern.RawText!.TrimStart('/')
        from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (method + " " + path, route.Metadata.GetMetadata<RouteNeed>()!);

    private static string Said(RouteNeed need) => need.IsOpen ? "open" : need.Role.ToWire();

    // What another organisation writes is its own, whatever it calls it.
    [GeneratedRegex(@"(?<!PUT /api)/(executions|pipelines)/\{id}(?!/start-streaming)|playbook-runs/\{id}")]
    private static partial Regex NamesTarget();

    [GeneratedRegex(@"\{[^}]+}")]
    private static partial Regex Parameter();
}
