using System.Net;
using System.Text;
using Sightglass.Core.Ports;
using Sightglass.Server.Access.Accounts;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class LoginTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Everybody_has_to_log_in_when_there_is_an_account()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines")).Status);
        await server.AddUserAsync("ada", "admin");

        var refused = await server.GetAsync("/api/pipelines");
        refused.AssertProblem(HttpStatusCode.Unauthorized, "login_required");
        Assert.Equal("Bearer", refused.Response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/healthz")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines", await server.LogInAsync("ada"))).Status);
    }

    [Fact]
    public async Task Session_says_who_asks_and_ends_when_it_is_left()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var local = (await server.GetAsync("/api/session")).Json;
        Assert.False(local.GetProperty("loginRequired").GetBoolean());
        Assert.Equal("local", local.GetProperty("caller").GetProperty("kind").GetString());
        await server.AddUserAsync("ada", "admin");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await server.GetAsync("/api/session")).Json.GetProperty("caller").ValueKind);

        var cookie = await server.LogInAsync("ada");
        var caller = (await server.GetAsync("/api/session", cookie)).Json.GetProperty("caller");
        Assert.Equal(("ada", "default", "admin", "session"), (caller.GetProperty("name").GetString(), caller.GetProperty("organization").GetString(), caller.GetProperty("role").GetString(), caller.GetProperty("kind").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await server.DeleteAsync("/api/session", cookie, Origin(server))).Status);
        (await server.GetAsync("/api/pipelines", cookie)).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
    }

    [Fact]
    public async Task Cookie_can_be_read_by_no_script_and_is_sent_by_no_other_site()
    {
        await using var server = await ServerHarness.StartAsync(o => o with { TrustedProxies = ["127.0.0.1"] });
        await server.AddUserAsync("ada", "admin");
        var plain = await server.PostAsync("/api/session", $$"""{"name":"ada","password":"{{Password}}"}""");
        var secure = await server.PostAsync("/api/session", $$"""{"name":"ada","password":"{{Password}}"}""", ("X-Forwarded-Proto", "https"));

        var cookie = plain.Response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; secure", secure.Response.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("ada", "wrong password")]
    [InlineData("nobody", "correct horse battery")]
    [InlineData("off", "correct horse battery")]
    [InlineData("../ada", "correct horse battery")]
    public async Task Login_fails_with_the_same_words_whatever_is_wrong(string name, string password)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("off", "admin");
        await server.SendAsync(Patch("/api/users/off", """{"disabled":true}"""), await server.LogInAsync("ada"), Origin(server));

        var answer = await server.PostAsync("/api/session", $$"""{"name":"{{name}}","password":"{{password}}"}""");
        answer.AssertProblem(HttpStatusCode.Unauthorized, "login_failed");
        Assert.Equal("Name or password is wrong, or the account is disabled.", answer.Json.GetProperty("detail").GetString());
        Assert.False(answer.Response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Login_has_to_wait_when_too_many_failed_and_is_free_again_after_the_wait()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time });
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("bob", "viewer");
        for (var i = 0; i < 10; i++) (await TryAsync("ada", "wrong password")).AssertProblem(HttpStatusCode.Unauthorized, "login_failed");

        var held = await TryAsync("ada", Password);
        held.AssertProblem(HttpStatusCode.TooManyRequests, "too_many_logins");
        Assert.Equal("1", held.Response.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, (await TryAsync("bob", Password)).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await TryAsync("ada", Password)).Status);

        Task<Answer> TryAsync(string name, string password) => server.PostAsync("/api/session", $$"""{"name":"{{name}}","password":"{{password}}"}""");
    }

    [Fact]
    public void Waits_grow_by_account_and_address_and_the_memory_of_them_is_bounded()
    {
        var time = new ManualTime();
        var throttle = new LoginThrottle(time);
        var waits = new List<double>();
        for (var i = 0; i < 200 && waits.Count < 12; i++)
        {
            if (throttle.Begin("a ada", "10.0.0." + i) is not { } wait) continue;
            waits.Add(wait.TotalSeconds);
            time.Advance(wait);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60], waits);
        for (var i = 0; i < 30; i++) Assert.Null(throttle.Begin("a user" + i, "10.9.9.9"));
        Assert.NotNull(throttle.Begin("a another", "10.9.9.9"));
        for (var i = 0; i < 25_000; i++) throttle.Begin("a flood" + i, "10.1." + i);
        Assert.NotNull(throttle.Begin("a another", "10.9.9.9"));
        Assert.InRange(throttle.Count, 1, 10_000);
    }

    [Fact]
    public async Task Password_is_hashed_with_a_salt_of_its_own_and_anew_when_more_is_asked()
    {
        var (one, two) = (PasswordHash.Create(Password, 10_000), PasswordHash.Create(Password, 10_000));
        Assert.NotEqual(one, two);
        Assert.StartsWith("pbkdf2-sha512$10000$", one, StringComparison.Ordinal);
        Assert.True(PasswordHash.Fits(Password, one));
        Assert.False(PasswordHash.Fits(Password + " ", one));

        var store = new InMemoryEventStore();
        await using var server = await ServerHarness.StartAsync(o => o with { Access = o.Access with { PasswordIterations = 12_000 } }, store: store);
        await server.AddUserAsync("ada", "admin");
        await server.LogInAsync("ada");
        var record = await store.GetAsync(new RecordKey("default", "accounts", "ada"));
        Assert.Contains("$12000$", Encoding.UTF8.GetString(record!.Bytes.Span), StringComparison.Ordinal);
        await server.LogInAsync("ada");
    }

    [Fact]
    public async Task Cookie_changes_while_it_is_used_and_ends_when_it_is_not()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time }, new InMemoryEventStore(time));
        await server.AddUserAsync("ada", "admin");
        var first = await server.LogInAsync("ada");
        time.Advance(TimeSpan.FromMinutes(31));
        var rotated = await server.GetAsync("/api/pipelines", first);
        var second = ServerHarness.CookieOf(rotated);
        Assert.NotEqual(first, second);

        // What was under way with the old one comes through, and gets no third.
        var old = await server.GetAsync("/api/pipelines", first);
        Assert.Equal(HttpStatusCode.OK, old.Status);
        Assert.False(old.Response.Headers.Contains("Set-Cookie"));
        time.Advance(TimeSpan.FromMinutes(2));
        (await server.GetAsync("/api/pipelines", first)).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines", second)).Status);
        time.Advance(TimeSpan.FromHours(13));
        (await server.GetAsync("/api/pipelines", second)).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
    }

    [Fact]
    public async Task Session_ends_at_last_when_it_is_used_all_the_time()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time }, new InMemoryEventStore(time));
        await server.AddUserAsync("ada", "admin");
        var cookie = await server.LogInAsync("ada");
        var hours = 0;
        while (await server.GetAsync("/api/pipelines", cookie) is { Status: HttpStatusCode.OK } answer)
        {
            if (answer.Response.Headers.Contains("Set-Cookie")) cookie = ServerHarness.CookieOf(answer);
            time.Advance(TimeSpan.FromHours(1));
            Assert.InRange(++hours, 1, 7 * 24);
        }

        Assert.Equal(7 * 24, hours);
    }

    [Theory]
    [InlineData("""{"password":"a new long secret"}""")]
    [InlineData("""{"disabled":true}""")]
    public async Task Session_ends_when_the_account_changes(string change)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("bob", "viewer");
        var bob = await server.LogInAsync("bob");
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(Patch("/api/users/bob", change), await server.LogInAsync("ada"), Origin(server))).Status);
        (await server.GetAsync("/api/pipelines", bob)).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
    }

    [Fact]
    public async Task Change_by_a_cookie_needs_an_origin_or_the_word_of_the_session()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await server.AddUserAsync("ada", "admin");
        var cookie = await server.LogInAsync("ada");
        (await server.PostAsync("/api/pipelines/waits/run", "{}", cookie)).AssertProblem(HttpStatusCode.Forbidden, "csrf_missing");
        (await server.PostAsync("/api/pipelines/waits/run", "{}", cookie, ("X-Sightglass-Csrf", "sg_guess"))).AssertProblem(HttpStatusCode.Forbidden, "csrf_missing");
        (await server.PostAsync("/api/pipelines/waits/run", "{}", cookie, ("Origin", "http://evil.example"))).AssertProblem(HttpStatusCode.Forbidden, "foreign_origin");

        var word = (await server.GetAsync("/api/session", cookie)).Json.GetProperty("csrf").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/pipelines/waits/run", "{}", cookie, ("X-Sightglass-Csrf", word))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/pipelines/waits/run", "{}", cookie, Origin(server))).Status);
    }

    [Fact]
    public async Task Password_is_changed_by_whoever_knows_the_old_one()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("ada", "admin");
        var cookie = await server.LogInAsync("ada");
        (await PutAsync("""{"current":"not the password","password":"a new long secret"}""")).AssertProblem(HttpStatusCode.Unauthorized, "login_failed");
        (await PutAsync("""{"current":"correct horse battery","password":"short"}""")).AssertProblem(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(HttpStatusCode.OK, (await PutAsync("""{"current":"correct horse battery","password":"a new long secret"}""")).Status);
        (await server.GetAsync("/api/pipelines", cookie)).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
        await server.LogInAsync("ada", "a new long secret");

        async Task<Answer> PutAsync(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/session/password") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            return await server.SendAsync(request, cookie, Origin(server));
        }
    }

    [Fact]
    public async Task Stream_is_cut_off_when_its_reader_has_logged_out()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time, Heartbeat = TimeSpan.FromHours(1), SlowViewer = TimeSpan.FromHours(1), Access = o.Access with { Recheck = TimeSpan.FromSeconds(1) } }, new InMemoryEventStore(time), pipelines: Some.Waits);
        var id = await server.RunAsync("waits");
        await server.AddUserAsync("ada", "admin");
        var cookie = await server.LogInAsync("ada");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/executions/{id}/events");
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation(cookie.Item1, cookie.Item2);
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync();
        var reading = Task.Run(() => body.CopyToAsync(Stream.Null));
        for (var i = 0; i < 10; i++) await LaterAsync();
        Assert.False(reading.IsCompleted);

        await server.DeleteAsync("/api/session", cookie, Origin(server));
        while (!reading.IsCompleted) await LaterAsync();

        async Task LaterAsync()
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }
    }

    private static (string, string) Origin(ServerHarness server) => ("Origin", server.Address.GetLeftPart(UriPartial.Authority));

    private static HttpRequestMessage Patch(string path, string body) => new(HttpMethod.Patch, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
