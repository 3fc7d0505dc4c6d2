using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Server.Tests.Access.HostilePages;

/// <summary>A real browser opens somebody else's page, which tries all that a page can against the server on this machine.</summary>
public sealed partial class HostilePageTests
{
    private const string Rebind = "--host-resolver-rules=MAP evil.test 127.0.0.1";

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("evil.test")]
    public async Task Page_of_another_origin_reads_nothing_and_starts_nothing(string host)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello, Some.Waits);
        await using var site = await HostileSite.StartAsync();
        await using var browser = await Browser.StartAsync(Rebind);
        var waiting = await server.RunAsync("waits");
        await browser.OpenAsync(new Uri($"http://{host}:{site.Port}/"));

        Assert.Empty(await AttackAsync(browser, server, server.Address.GetLeftPart(UriPartial.Authority), waiting));
        Assert.Empty(await AttackAsync(browser, server, server.Address.GetLeftPart(UriPartial.Authority).Replace("127.0.0.1", "localhost", StringComparison.Ordinal), waiting));
        await AssertUntouchedAsync(server, waiting);
    }

    [Fact]
    public async Task Page_reads_nothing_and_starts_nothing_when_its_name_is_turned_to_this_machine()
    {
        // The browser has the page of evil.test; from then on the name and the port lead to the server, and all is of one origin.
        var site = await HostileSite.StartAsync();
        var port = site.Port;
        await using var browser = await Browser.StartAsync(Rebind);
        await browser.OpenAsync(new Uri($"http://evil.test:{port}/"));
        await browser.WaitForAsync("window.attack");
        await site.DisposeAsync();
        await using var server = await ServerHarness.StartAsync(o => o with { Urls = [string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")] }, pipelines: [Some.Hello, Some.Waits]);
        var waiting = await server.RunAsync("waits");

        Assert.Empty(await AttackAsync(browser, server, $"http://evil.test:{port}", waiting));
        Assert.Empty(await AttackAsync(browser, server, $"http://127.0.0.1:{port}", waiting));
        await AssertUntouchedAsync(server, waiting);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("evil.test")]
    public async Task Page_uses_no_session_of_the_browser_when_there_is_login(string host)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello, Some.Waits);
        var waiting = await server.RunAsync("waits");
        await server.AddUserAsync("ada", "admin");
        await using var site = await HostileSite.StartAsync();
        await using var browser = await Browser.StartAsync(Rebind);
        await browser.OpenAsync(server.Address);
        Assert.Equal(200, (await browser.EvaluateAsync("""
            fetch('/api/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"ada","password":"correct horse battery"}' }).then((r) => r.status)
            """)).GetInt32());
        Assert.Equal(200, (await browser.EvaluateAsync("fetch('/api/executions').then((r) => r.status)")).GetInt32());

        await browser.OpenAsync(new Uri($"http://{host}:{site.Port}/"));
        Assert.Empty(await AttackAsync(browser, server, server.Address.GetLeftPart(UriPartial.Authority), waiting));
        await AssertUntouchedAsync(server, waiting, await server.LogInAsync("ada"));
    }

    [Fact]
    public async Task Attack_succeeds_when_the_page_is_trusted()
    {
        // That the attempts are real ones shows where they may succeed: the origin is allowed.
        await using var site = await HostileSite.StartAsync();
        var origin = $"http://127.0.0.1:{site.Port}";
        await using var server = await ServerHarness.StartAsync(o => o with { AllowedOrigins = [origin] }, pipelines: [Some.Hello, Some.Waits]);
        await using var browser = await Browser.StartAsync(Rebind);
        var waiting = await server.RunAsync("waits");
        await browser.OpenAsync(new Uri(origin));

        var got = await AttackAsync(browser, server, server.Address.GetLeftPart(UriPartial.Authority), waiting);
        foreach (var attempt in (string[])["fetch /api/pipelines", "fetch /", "XMLHttpRequest", "POST as JSON without cookies", "EventSource of all", "WebSocket /ws", "module"])
            Assert.True(got.Exists(g => g.StartsWith(attempt + ":", StringComparison.Ordinal)), $"{attempt} did not succeed; what did:\n{string.Join('\n', got)}");
    }

    private static async Task<List<string>> AttackAsync(Browser browser, ServerHarness server, string target, Guid execution)
    {
        var page = (await server.GetAsync("/")).Text;
        var (script, style) = (Script().Match(page), Style().Match(page));
        Assert.True(script.Success && style.Success, page);
        await browser.WaitForAsync("window.attack");
        var got = await browser.EvaluateAsync($"window.attack({JsonSerializer.Serialize(target)}, '{execution}', '/{script.Groups[1]}', '/{style.Groups[1]}')");
        return [.. got.EnumerateArray().Select(g => g.GetString()!)];
    }

    private static async Task AssertUntouchedAsync(ServerHarness server, Guid waiting, params (string, string)[] headers)
    {
        var only = Assert.Single((await server.Engine.Store.ListAsync(new ExecutionQuery())).Items);
        Assert.Equal(waiting, only.Summary.Id);
        var state = await server.GetAsync($"/api/executions/{waiting}", headers);
        Assert.Equal((HttpStatusCode.OK, "running"), (state.Status, state.Json.GetProperty("status").GetString()));
        Assert.False(File.Exists(Path.Combine(server.Folder, "evil.yaml")));
    }

    [GeneratedRegex("""["'(]\.?/?([^"'(]+\.js)["')]""")]
    private static partial Regex Script();

    [GeneratedRegex("""["']\.?/?([^"']+\.css)["']""")]
    private static partial Regex Style();
}
