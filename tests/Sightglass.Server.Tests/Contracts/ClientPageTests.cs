using Xunit;

namespace Sightglass.Server.Tests.Contracts;

/// <summary>The existing front ends' own protocol logic, in a real browser against the real server.</summary>
public sealed class ClientPageTests
{
    private const string Optimizer = """
        id: optimizer
        name: Prompt Optimizer
        inputs: { prompt: { type: string, required: true } }
        stages:
          - id: analyze
            name: Analyze
            type: shell
            shell: { run: "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo \"line $i <b>&amp;</b> of $P\"; sleep 0.05; done", env: { P: "${{ inputs.prompt }}" } }
          - id: never
            type: data
            needs: [analyze]
            when: inputs.prompt == 'x'
            data: { value: "1" }
          - id: report
            name: Report
            type: data
            needs: [analyze]
            data: { value: "'done with ' + inputs.prompt" }
        """;

    private const string Playbook = """
        id: playbook
        stages:
          - id: research
            type: code
            code: { name: research }
          - id: never
            type: data
            needs: [research]
            when: "false"
            data: { value: "1" }
          - id: report
            type: data
            needs: [research]
            data: { value: "'done'" }
        """;

    [Fact]
    public async Task Dashboard_shows_a_run_live_and_finds_it_again_when_it_is_reloaded()
    {
        await using var server = await ServerHarness.StartAsync(Optimizer);
        await using var browser = await Browser.StartAsync();
        await OpenAsync(browser, server, "dashboard/client.js");
        Assert.Equal("Analyze: |never: |Report: ", await TextAsync(browser, "dashboard.load('optimizer').then(l => l.map(t => t.trimEnd() + ' ').join('|'))"));
        var id = await TextAsync(browser, "dashboard.run('optimizer', 'tides')");
        await browser.WaitForAsync("dashboard.state.subscribed && dashboard.state.outputs.analyze?.includes('line 5 ')");
        Assert.Equal(1, (await browser.EvaluateAsync("dashboard.badge()")).GetInt32());

        // The page is loaded again in the middle: nothing of it is known but what the server says.
        await OpenAsync(browser, server, "dashboard/client.js");
        Assert.Equal("Prompt Optimizer 1/3 tides", await TextAsync(browser, "dashboard.resume().then(r => r.join())"));
        await browser.WaitForAsync("dashboard.state.outputs.analyze?.includes('line 20 ')");
        Assert.StartsWith("line 1 <b>&amp;</b> of tides\nline 2 ", await TextAsync(browser, "dashboard.state.outputs.analyze"), StringComparison.Ordinal);
        await browser.WaitForAsync("dashboard.state.result");

        Assert.Equal(string.Concat(Enumerable.Range(1, 60).Select(i => $"line {i} <b>&amp;</b> of tides\n")), await TextAsync(browser, "dashboard.state.outputs.analyze"));
        Assert.Equal("completed skipped completed", await TextAsync(browser, "['analyze', 'never', 'report'].map(s => dashboard.state.stages[s].status).join(' ')"));
        Assert.Equal("success done with tides 2 1 0", await TextAsync(browser, "(({ status, output, summary: s }) => `${status} ${output} ${s.stagesRun} ${s.stagesSkipped} ${s.stagesFailed}`)(dashboard.state.result)"));
        Assert.Equal("true", await TextAsync(browser, "String((t => t.every((at, i) => i < 10 || at - t[i - 10] > 900))(dashboard.state.messages.filter(m => m.type === 'stage:output').map(m => m.at)))"));
        Assert.Equal(0, (await browser.EvaluateAsync("dashboard.badge()")).GetInt32());
        Assert.Equal("false", await TextAsync(browser, "dashboard.cancel().then(String)"));

        // What has ended closes at once for who subscribes late.
        await browser.EvaluateAsync("dashboard.state.result = null; dashboard.again()");
        await browser.WaitForAsync("dashboard.state.result?.status === 'success'");
        Assert.Equal("completed", (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("status").GetString());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Dashboard_hears_of_a_cancel_when_it_asks_for_one()
    {
        await using var server = await ServerHarness.StartAsync(Optimizer);
        await using var browser = await Browser.StartAsync();
        await OpenAsync(browser, server, "dashboard/client.js");
        await browser.EvaluateAsync("dashboard.run('optimizer', 'tides')");
        await browser.WaitForAsync("dashboard.state.outputs.analyze");

        Assert.Equal("true", await TextAsync(browser, "dashboard.cancel().then(String)"));
        await browser.WaitForAsync("dashboard.state.status === 'cancelled'");
        Assert.Empty(browser.Errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Playbook_viewer_comes_to_the_run_of_the_server_when_it_applies_events_or_polls(bool isStreaming)
    {
        await using var server = await ServerHarness.StartAsync(Playbook);
        var go = new TaskCompletionSource();
        server.Code.Register("research", async context =>
        {
            await go.Task;
            for (var i = 1; i <= 60; i++) await context.Output.WriteAsync($"line {i} <b>&amp;</b>\n");
            return (object?)null;
        });
        await using var browser = await Browser.StartAsync();
        await OpenAsync(browser, server, "playbook/client.js");
        var id = await server.RunAsync("playbook");
        await browser.EvaluateAsync($"window.viewer = viewer({{ ENABLE_EXECUTION_STREAMING: {(isStreaming ? "true" : "false")} }}); viewer.open('{id}')");
        await browser.WaitForAsync($"viewer.state.mode === '{(isStreaming ? "LIVE" : "Polling")}'");
        go.SetResult();
        await browser.WaitForAsync("viewer.state.run?.state === 'success' && viewer.state.mode === 'Paused'");

        Assert.Equal("success skipped success", await TextAsync(browser, "viewer.state.run.steps.map(s => s.status === 'SKIPPED' ? 'skipped' : s.state).join(' ')"));
        Assert.Equal("done", await TextAsync(browser, "viewer.state.run.steps[2].output"));
        Assert.Equal("60 line 60 <b>&amp;</b>", await TextAsync(browser, "(l => `${l.length} ${l.at(-1)}`)(viewer.state.run.steps[0].logs)"));
        if (isStreaming) Assert.Equal(1, (await browser.EvaluateAsync("viewer.state.fetches")).GetInt32());
        Assert.Equal($"/api/v1/playbook-runs/{id}/stream", await TextAsync(browser, $"viewer.streamUrl ? viewer.streamUrl('{id}') : ''"));
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Playbook_viewer_says_what_is_wrong_when_there_is_no_such_run()
    {
        await using var server = await ServerHarness.StartAsync();
        await using var browser = await Browser.StartAsync();
        await OpenAsync(browser, server, "playbook/client.js");

        await browser.EvaluateAsync("window.viewer = viewer({ ENABLE_EXECUTION_STREAMING: true }); viewer.open('0197a0c2-0000-7000-8000-000000000000')");
        await browser.WaitForAsync("viewer.state.error");

        Assert.Equal("NOT_FOUND: There is no such run.", await TextAsync(browser, "viewer.state.error"));
    }

    // Evaluated, not loaded: the page's policy runs no script of another place. What it may ask is what any page may.
    private static async Task OpenAsync(Browser browser, ServerHarness server, string client)
    {
        await browser.OpenAsync(server.Address);
        await browser.WaitForAsync("document.readyState === 'complete' && !window.dashboard");
        await browser.EvaluateAsync(GoldenLogFile.ExpectedText("", client));
    }

    private static async Task<string> TextAsync(Browser browser, string expression) => (await browser.EvaluateAsync(expression)).GetString()!;
}
