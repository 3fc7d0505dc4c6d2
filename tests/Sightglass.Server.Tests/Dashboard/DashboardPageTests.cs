using Xunit;

namespace Sightglass.Server.Tests.Dashboard;

/// <summary>What the dashboard shows where a test has to reach into the server; all else of it is tested in <c>web/e2e</c>.</summary>
public sealed class DashboardPageTests
{
    [Fact]
    public async Task Page_says_that_an_execution_stands_still_and_why_when_it_is_parked()
    {
        await using var server = await ServerHarness.StartAsync(new NoDice("No dice <b>."), Some.Printer);
        var id = await server.RunAsync("printer");
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(new Uri(server.Address, $"/executions/{id}"));
        await browser.WaitForAsync(Alert("It stands still", "No dice <b>. (internal_error)"));

        // Whoever opens the page later is told too.
        await browser.ReloadAsync();
        await browser.WaitForAsync(Alert("It stands still", "No dice <b>. (internal_error)"));
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Page_says_who_waits_for_a_slot_of_its_group_until_it_has_one()
    {
        const string Grouped = """
            id: grouped
            concurrency: { group: "db <b>" }
            stages:
              - { id: hold, type: wait, wait: { event: go } }
            """;
        await using var server = await ServerHarness.StartAsync(Grouped);
        await using var browser = await Browser.StartAsync();
        var first = await server.RunAsync("grouped");
        var second = await server.RunAsync("grouped");
        await browser.OpenAsync(new Uri(server.Address, $"/executions/{second}"));
        await browser.WaitForAsync("document.body.innerText.includes('It waits for a slot of the group db <b>.')");

        await server.PostAsync($"/api/executions/{first}/cancel", "{}");
        await browser.WaitForAsync("document.querySelector('h1') && !document.body.innerText.includes('It waits for a slot')");
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Page_retries_and_says_what_the_server_says_when_a_command_comes_too_late()
    {
        await using var server = await ServerHarness.StartAsync(Some.Approval, Some.Fails);
        var failing = await server.RunToEndAsync("fails");
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(new Uri(server.Address, $"/executions/{failing}"));
        await ClickAsync(browser, "Retry");
        await browser.WaitForAsync("document.body.innerText.includes('attempt 2')");
        Assert.Empty(browser.Errors);

        // The page lags behind another person's command, as it does where an event is still on its way.
        var held = await server.RunAsync("approval");
        await browser.OpenAsync(new Uri(server.Address, $"/executions/{held}"));
        await ClickAsync(browser, "Approve");
        await browser.EvaluateAsync("window.fetch = ((ask) => (path, options) => ask(String(path).replace(/approve$/, 'retry'), options))(window.fetch)");
        await ClickAsync(browser, "Approve", "dialog[open] ");
        await browser.WaitForAsync("document.body.innerText.includes('has not ended')");
        Assert.Contains("409", Assert.Single(browser.Errors), StringComparison.Ordinal);
    }

    private static string Alert(params string[] texts) =>
        $"[...document.querySelectorAll('[role=alert]')].some(a => {string.Join(" && ", texts.Select(t => $"a.innerText.includes('{t}')"))})";

    private static async Task ClickAsync(Browser browser, string text, string within = "")
    {
        var button = $"[...document.querySelectorAll('{within}button')].find(b => b.innerText.trim() === '{text}')";
        await browser.WaitForAsync(button);
        await browser.EvaluateAsync(button + ".click()");
    }
}
