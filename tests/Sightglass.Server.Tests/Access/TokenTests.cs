using System.Net;
using System.Text.Json;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class TokenTests
{
    [Fact]
    public async Task Token_is_shown_once_and_kept_as_a_hash()
    {
        var store = new InMemoryEventStore();
        await using var server = await ServerHarness.StartAsync(store: store);
        var made = (await server.PostAsync("/api/tokens", """{"name":"ci","role":"operator"}""")).Json;
        var text = made.GetProperty("token").GetString()!;
        Assert.StartsWith("sg_", text, StringComparison.Ordinal);

        var list = await server.GetAsync("/api/tokens");
        Assert.DoesNotContain(text, list.Text, StringComparison.Ordinal);
        Assert.Equal("ci", list.Json.GetProperty("tokens")[0].GetProperty("name").GetString());
        foreach (var collection in (string[])["tokens", "token-places"])
        {
            var records = await store.ListAsync(new RecordQuery { Organization = "default", Collection = collection });
            Assert.All(records.Items, r => Assert.DoesNotContain(text[3..], r.Key.Key + System.Text.Encoding.UTF8.GetString(r.Bytes.Span), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Token_does_what_its_role_may_and_no_more()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var viewer = await MakeAsync(server, """{"name":"see"}""");
        var runner = await MakeAsync(server, """{"name":"run","role":"operator"}""");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines", viewer)).Status);
        (await server.PostAsync("/api/pipelines/waits/run", "{}", viewer)).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        var run = await server.PostAsync("/api/pipelines/waits/run", "{}", runner);
        Assert.Equal(HttpStatusCode.OK, run.Status);
        (await server.GetAsync("/api/users", runner)).AssertProblem(HttpStatusCode.Forbidden, "forbidden");

        var state = (await server.GetAsync($"/api/executions/{run.Json.GetProperty("executionId").GetGuid()}")).Json;
        Assert.Equal("local (token run)", state.GetProperty("requestedBy").GetString());
    }

    [Fact]
    public async Task Token_never_does_more_than_its_owner_may_now()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("bob", "operator");
        var (ada, bob) = (await server.LogInAsync("ada"), await server.LogInAsync("bob"));
        (await server.PostAsync("/api/tokens", """{"name":"more","role":"author"}""", bob, Origin(server))).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        var token = await MakeAsync(server, """{"name":"ci","role":"operator"}""", bob);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/pipelines/waits/run", "{}", token)).Status);

        await server.SendAsync(Patch("/api/users/bob", """{"role":"viewer"}"""), ada, Origin(server));
        (await server.PostAsync("/api/pipelines/waits/run", "{}", token)).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal(HttpStatusCode.OK, (await server.DeleteAsync("/api/users/bob", ada, Origin(server))).Status);
        (await server.GetAsync("/api/pipelines", token)).AssertProblem(HttpStatusCode.Unauthorized, "token_invalid");

        // Who gets the name later gets none of the tokens.
        await server.AddUserAsync("bob", "operator");
        (await server.GetAsync("/api/pipelines", token)).AssertProblem(HttpStatusCode.Unauthorized, "token_invalid");
    }

    [Fact]
    public async Task Token_sees_its_pipelines_alone_when_it_is_bound()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits, Some.Hello);
        var id = await server.RunAsync("waits");
        var token = await MakeAsync(server, """{"name":"ci","role":"operator","pipelines":["hello"]}""");
        Assert.Equal(["hello"], (await server.GetAsync("/api/pipelines", token)).Json.EnumerateArray().Select(p => p.GetProperty("id").GetString()));
        (await server.GetAsync("/api/pipelines/waits", token)).AssertProblem(HttpStatusCode.NotFound, "pipeline_not_found");
        (await server.GetAsync($"/api/executions/{id}", token)).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        (await server.PostAsync("/api/events", """{"type":"go"}""", token)).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada"}""", token)).Status);
    }

    [Fact]
    public async Task Token_is_refused_when_it_is_revoked_has_expired_or_is_none()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time }, new InMemoryEventStore(time));
        var (revoked, brief) = (await server.PostAsync("/api/tokens", """{"name":"a"}"""), await MakeAsync(server, """{"name":"b","days":1}"""));
        await server.DeleteAsync("/api/tokens/" + revoked.Json.GetProperty("id").GetString());
        (await server.GetAsync("/api/pipelines", Bearer(revoked.Json))).AssertProblem(HttpStatusCode.Unauthorized, "token_invalid");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines", brief)).Status);
        time.Advance(TimeSpan.FromDays(1));
        (await server.GetAsync("/api/pipelines", brief)).AssertProblem(HttpStatusCode.Unauthorized, "token_invalid");
        foreach (var bad in (string[])["Bearer", "Bearer sg_", "Basic YWRhOng=", "Bearer " + Secrets.Create()])
            (await server.GetAsync("/api/pipelines", ("Authorization", bad))).AssertProblem(HttpStatusCode.Unauthorized, "token_invalid");
    }

    [Fact]
    public async Task Last_use_is_noted_to_the_minute()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time }, new InMemoryEventStore(time));
        var token = await MakeAsync(server, """{"name":"ci"}""");
        Assert.Equal(JsonValueKind.Null, (await LastUsedAsync()).ValueKind);
        time.Advance(TimeSpan.FromMinutes(5));
        var first = time.GetUtcNow().ToUnixTimeMilliseconds();
        await server.GetAsync("/api/pipelines", token);
        time.Advance(TimeSpan.FromSeconds(59));
        await server.GetAsync("/api/pipelines", token);
        Assert.Equal(first, (await LastUsedAsync()).GetInt64());
        time.Advance(TimeSpan.FromSeconds(1));
        await server.GetAsync("/api/pipelines", token);
        Assert.Equal(first + 60_000, (await LastUsedAsync()).GetInt64());

        async Task<JsonElement> LastUsedAsync() => (await server.GetAsync("/api/tokens")).Json.GetProperty("tokens")[0].GetProperty("lastUsedAt");
    }

    [Fact]
    public async Task Token_makes_no_tokens_and_sees_those_of_others_as_an_admin_alone()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("bob", "viewer");
        await server.AddUserAsync("eve", "viewer");
        var (ada, bob, eve) = (await server.LogInAsync("ada"), await server.LogInAsync("bob"), await server.LogInAsync("eve"));
        var made = await server.PostAsync("/api/tokens", """{"name":"ci"}""", bob, Origin(server));
        (await server.PostAsync("/api/tokens", """{"name":"x"}""", Bearer(made.Json))).AssertProblem(HttpStatusCode.Forbidden, "token_not_allowed");
        var id = made.Json.GetProperty("id").GetString();
        Assert.Equal(0, (await server.GetAsync("/api/tokens", eve)).Json.GetProperty("tokens").GetArrayLength());
        (await server.DeleteAsync("/api/tokens/" + id, eve, Origin(server))).AssertProblem(HttpStatusCode.NotFound, "token_not_found");
        Assert.Equal(1, (await server.GetAsync("/api/tokens", ada)).Json.GetProperty("tokens").GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await server.DeleteAsync("/api/tokens/" + id, ada, Origin(server))).Status);
    }

    [Fact]
    public async Task Token_in_an_address_is_refused()
    {
        await using var server = await ServerHarness.StartAsync();
        var token = (await server.PostAsync("/api/tokens", """{"name":"ci"}""")).Json.GetProperty("token").GetString()!;
        foreach (var path in (string[])[$"/api/pipelines?key={token}", $"/api/pipelines/{token}", "/api/pipelines?access_token=x", "/api/pipelines?token=x", $"/api/v1/playbook-runs/{Guid.Empty}?token=x"])
            (await server.GetAsync(path)).AssertProblem(HttpStatusCode.BadRequest, "token_in_url");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/executions/history?q=sg_short")).Status);
    }

    [Fact]
    public async Task Start_token_is_asked_for_and_opens_a_session()
    {
        var start = AccessOptions.NewStartToken();
        await using var server = await ServerHarness.StartAsync(o => o with { Access = o.Access with { StartToken = start } }, pipelines: Some.Waits);
        (await server.GetAsync("/api/pipelines")).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
        (await server.GetAsync("/api/pipelines", ("Authorization", "Bearer " + AccessOptions.NewStartToken()))).AssertProblem(HttpStatusCode.Unauthorized, "token_invalid");
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/pipelines/waits/run", "{}", ("Authorization", "Bearer " + start))).Status);

        (await server.PostAsync("/api/session", $$"""{"token":"{{AccessOptions.NewStartToken()}}"}""")).AssertProblem(HttpStatusCode.Unauthorized, "login_failed");
        var cookie = ServerHarness.CookieOf(await server.PostAsync("/api/session", $$"""{"token":"{{start}}"}"""));
        Assert.Equal("local", (await server.GetAsync("/api/session", cookie)).Json.GetProperty("caller").GetProperty("name").GetString());
    }

    private static async Task<(string, string)> MakeAsync(ServerHarness server, string body, params (string, string)[] headers)
    {
        var answer = await server.PostAsync("/api/tokens", body, [.. headers, Origin(server)]);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return Bearer(answer.Json);
    }

    private static (string, string) Bearer(JsonElement made) => ("Authorization", "Bearer " + made.GetProperty("token").GetString());

    private static (string, string) Origin(ServerHarness server) => ("Origin", server.Address.GetLeftPart(UriPartial.Authority));

    private static HttpRequestMessage Patch(string path, string body) => new(HttpMethod.Patch, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
}
