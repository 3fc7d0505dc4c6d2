using Xunit;

namespace Sightglass.Server.Tests.Page;

public sealed class PageTests
{
    private const string Slow = """
        id: slow
        name: Slow printer
        description: Prints a line every 50 ms.
        inputs:
          count: { type: integer, default: 60, description: How many lines }
          mood: { type: string, enum: [calm, loud] }
        stages:
          - id: print
            name: Print lines
            type: shell
            shell: { run: "i=0; while [ $i -lt $COUNT ]; do i=$((i+1)); echo \"line $i äöü <b>&amp;</b>\"; sleep 0.05; done; echo done >&2", env: { COUNT: "${{ inputs.count }}" } }
          - id: each
            type: data
            needs: [print]
            forEach: ${{ [1, 2, 3] }}
            data: { value: "${{ item * 2 }}" }
          - id: bad
            type: shell
            needs: [each]
            shell: { run: "echo trying; exit 3" }
        """;

    [Fact]
    public async Task Page_polls_and_shows_the_same_when_streaming_is_turned_off()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await server.PutAsync("/api/config/flags", """{"ENABLE_EXECUTION_STREAMING":false}""");
        var id = await server.RunAsync("waits");
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(new Uri(server.Address, $"/page#/executions/{id}"));
        await browser.WaitForAsync("document.querySelector('footer')?.dataset.mode === 'polling'");
        await server.PostAsync("/api/events", """{"type":"go"}""");
        await server.EndAsync(id);
        await browser.WaitForAsync("document.querySelector('footer')?.dataset.mode === 'ended'");
        var last = (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt64();
        Assert.EndsWith($"{last} of {last} events", await browser.TextAsync("footer"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_shows_all_output_once_when_it_is_reloaded_in_the_middle()
    {
        await using var server = await ServerHarness.StartAsync(Slow, Some.Hello, Some.Approval);
        await using var browser = await Browser.StartAsync();
        await browser.EmulateAsync(1280, 800, dark: false);
        await browser.OpenAsync(new Uri(server.Address, "/page#/pipelines/slow"));
        await browser.WaitForAsync("document.querySelector('form.run button.primary')");
        await browser.EvaluateAsync("document.querySelector('#input-count').value = '80'");
        await browser.ScreenshotAsync("form-light");
        await browser.EvaluateAsync("document.querySelector('form.run button.primary').click()");
        await browser.WaitForAsync("document.querySelector('#output')?.textContent.includes('line 10 ')");
        await browser.ScreenshotAsync("running-light");
        await browser.ReloadAsync();
        await browser.WaitForAsync("document.querySelector('#output')?.textContent.includes('line 30 ')");
        await browser.EmulateAsync(1280, 800, dark: true);
        await browser.ScreenshotAsync("running-dark");
        await browser.WaitForAsync("document.querySelector('footer')?.dataset.mode === 'ended'");

        var id = Guid.Parse((await browser.EvaluateAsync("location.hash.split('/')[2]")).GetString()!);
        await browser.EvaluateAsync("[...document.querySelectorAll('button.stage')].find(b => b.textContent.includes('Print lines')).click()");
        await browser.WaitForAsync("document.querySelector('h3')?.nextSibling && document.querySelector('#output').textContent.includes('done')");
        var shown = await browser.TextAsync("#output");
        var recorded = (await server.GetAsync($"/api/executions/{id}/output/print")).Text;
        Assert.Equal(81, recorded.Count(c => c == '\n'));
        Assert.Equal(recorded, shown);

        var state = (await server.GetAsync($"/api/executions/{id}")).Json;
        Assert.Equal("failed", state.GetProperty("status").GetString());
        var last = state.GetProperty("seq").GetInt64();
        Assert.EndsWith($"{last} of {last} events", await browser.TextAsync("footer"), StringComparison.Ordinal);
        Assert.Contains("failed", await browser.TextAsync("#status"), StringComparison.Ordinal);
        await browser.WaitForAsync("document.querySelector('#executions').textContent.includes('failed')");
        await browser.ScreenshotAsync("ended-dark");
        await browser.EmulateAsync(360, 740, dark: false);
        await browser.ScreenshotAsync("ended-360");
        Assert.True((await browser.EvaluateAsync("document.documentElement.scrollWidth <= 360")).GetBoolean(), "The page is wider than 360 px.");
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Page_approves_and_retries_when_its_buttons_are_pressed()
    {
        await using var server = await ServerHarness.StartAsync(Some.Approval, Some.Fails);
        var id = await server.RunAsync("approval");
        await using var browser = await Browser.StartAsync();
        await browser.EmulateAsync(1280, 800, dark: false);
        await browser.OpenAsync(new Uri(server.Address, $"/page#/executions/{id}"));
        await browser.WaitForAsync("document.querySelector('.ask button.primary')");
        await browser.ScreenshotAsync("approval-light");
        await browser.EvaluateAsync("document.querySelector('.ask button.primary').click()");
        await browser.WaitForAsync("document.querySelector('#status').textContent.includes('completed') && document.querySelector('footer').dataset.mode === 'ended'");

        // The page lags behind another person's command, and says what the server says.
        var held = await server.RunAsync("approval");
        await browser.EvaluateAsync($"location.hash = '#/executions/{held}'");
        await browser.WaitForAsync("document.querySelector('.ask button.primary')");
        await browser.EvaluateAsync("window.fetch = ((ask) => (path, options) => ask(path.replace(/approve$/, 'retry'), options))(window.fetch); document.querySelector('.ask button.primary').click()");
        await browser.WaitForAsync("[...document.querySelectorAll('.banner')].some(b => !b.hidden && b.textContent.includes('has not ended'))");
        Assert.Contains("409", Assert.Single(browser.Errors), StringComparison.Ordinal);

        var failing = await server.RunToEndAsync("fails");
        await browser.EvaluateAsync($"location.hash = '#/executions/{failing}'");
        await browser.WaitForAsync("[...document.querySelectorAll('button')].some(b => b.textContent === 'Retry') && document.querySelector('footer').dataset.mode === 'ended'");
        await browser.EvaluateAsync("[...document.querySelectorAll('button')].find(b => b.textContent === 'Retry').click()");
        await browser.WaitForAsync("document.querySelector('.stage').textContent.includes('attempt 2') && document.querySelector('footer').dataset.mode === 'ended'");
        Assert.Single(browser.Errors);
    }

    [Fact]
    public async Task Page_shows_the_end_of_a_large_output_and_every_stage_of_a_large_plan()
    {
        // The plan of 1,500 stages is too large for its event and is fetched apart.
        var yaml = new System.Text.StringBuilder("id: wide\nstages:\n  - { id: print, type: shell, shell: { run: \"seq 1 50000\" } }\n");
        for (var i = 0; i < 1500; i++) yaml.Append(System.Globalization.CultureInfo.InvariantCulture, $"  - {{ id: data-stage-{i}, type: data, data: {{ value: \"{i}\" }} }}\n");
        await using var server = await ServerHarness.StartAsync(yaml.ToString());
        var id = await server.RunAsync("wide");
        await using var browser = await Browser.StartAsync();
        await browser.EmulateAsync(1280, 800, dark: false);
        await browser.OpenAsync(new Uri(server.Address, $"/page#/executions/{id}"));
        await browser.WaitForAsync("document.querySelector('footer')?.dataset.mode === 'ended'");
        await browser.EvaluateAsync("[...document.querySelectorAll('button.stage')].find(b => b.textContent.includes('print')).click()");
        await browser.WaitForAsync("document.querySelector('#output').textContent.endsWith('50000\\n')");
        Assert.Equal(1501, (await browser.EvaluateAsync("document.querySelectorAll('button.stage').length")).GetInt32());
        Assert.Equal(string.Concat(Enumerable.Range(48_001, 2000).Select(n => $"{n}\n")), await browser.TextAsync("#output"));
        Assert.Contains("48,000 lines above", await browser.TextAsync(".note"), StringComparison.Ordinal);
        Assert.Equal(50_000, (await browser.EvaluateAsync("fetch(document.querySelector('.note a').href).then(r => r.text()).then(t => t.split('\\n').length - 1)")).GetInt32());
        var last = (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt64();
        Assert.EndsWith($"{last:N0} of {last:N0} events", await browser.TextAsync("footer"), StringComparison.Ordinal);
        Assert.Contains("1501/1501", await browser.TextAsync(".facts"), StringComparison.Ordinal);
        await browser.ScreenshotAsync("large-light");
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Page_refuses_nothing_silently_when_the_input_is_wrong()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(new Uri(server.Address, "/page#/pipelines/hello"));
        await browser.WaitForAsync("document.querySelector('form.run button.primary')");
        await browser.EvaluateAsync("document.querySelector('form.run button.primary').click()");
        await browser.WaitForAsync("document.querySelector('#input-name-error').textContent.includes('required')");
        await browser.EvaluateAsync("document.querySelector('#input-name').value = '<img src=x onerror=alert(1)>'");
        await browser.EvaluateAsync("document.querySelector('form.run button.primary').click()");
        await browser.WaitForAsync("document.querySelector('#output')?.textContent === 'hello <img src=x onerror=alert(1)>\\n'");
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
        await browser.OpenAsync(new Uri(server.Address, $"/page#/executions/{second}"));
        await browser.WaitForAsync("document.querySelector('#status')?.textContent.includes(\"waits for a slot of the concurrency group 'db <b>'\")");
        await server.PostAsync($"/api/executions/{first}/cancel", "{}");
        await browser.WaitForAsync("document.querySelector('#status').textContent.includes('running') && !document.querySelector('#status').textContent.includes('waits')");
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Page_says_that_an_execution_stands_still_and_why_when_it_is_parked()
    {
        await using var server = await ServerHarness.StartAsync(new NoDice("No dice <b>."), Some.Printer);
        var id = await server.RunAsync("printer");
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(new Uri(server.Address, $"/page#/executions/{id}"));
        await browser.WaitForAsync("document.querySelector('footer')?.dataset.mode === 'parked'");

        Assert.Contains("stands still", await browser.TextAsync("#status"), StringComparison.Ordinal);
        Assert.Contains("■ stands still", await browser.TextAsync("footer"), StringComparison.Ordinal);
        await browser.WaitForAsync("[...document.querySelectorAll('[role=alert]')].some(b => !b.hidden && b.textContent.includes('(internal_error)') && b.textContent.includes('No dice <b>.'))");

        // Whoever opens the page later is told too.
        await browser.ReloadAsync();
        await browser.WaitForAsync("document.querySelector('footer')?.dataset.mode === 'parked'");
        Assert.Empty(browser.Errors);
    }
}
