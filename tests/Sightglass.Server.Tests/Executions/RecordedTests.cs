using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

/// <summary>What stages printed, in bytes and in lines.</summary>
public sealed class RecordedTests
{
    private const string Both = """
        id: both
        stages:
          - id: talk
            type: shell
            shell: { run: "for i in 1 2 3; do echo out $i; echo err $i >&2; done; printf 'no end'" }
          - id: quiet
            type: data
            needs: [talk]
            data: { value: "1" }
        """;

    private const string Retried = """
        id: retried
        stages:
          - id: talk
            type: shell
            retry: { maxAttempts: 2, delay: 1ms }
            shell: { run: "echo try $SIGHTGLASS_ATTEMPT; sleep 0.3; echo once more; exit 3" }
        """;

    private const string LongLine = """
        id: long
        stages:
          - id: talk
            type: shell
            output: { maxBytes: 400000000 }
            shell: { run: "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo after" }
        """;

    [Theory]
    [InlineData("bytes=0-4", "out 1", "bytes 0-4/")]
    [InlineData("bytes=6-10", "out 2", "bytes 6-10/")]
    [InlineData("bytes=-6", "no end", "bytes 18-23/")]
    [InlineData("bytes=18-", "no end", "bytes 18-23/")]
    [InlineData("bytes=18-999", "no end", "bytes 18-23/")]
    public async Task Part_of_an_output_is_given_when_a_range_asks_for_it(string range, string expected, string contentRange)
    {
        await using var server = await ServerHarness.StartAsync(Both);
        var id = await server.RunToEndAsync("both");

        var part = await server.GetAsync($"/api/executions/{id}/output/talk?stream=output", ("Range", range));

        Assert.Equal((HttpStatusCode.PartialContent, expected), (part.Status, part.Text));
        Assert.Equal(contentRange + "24", part.Response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(expected.Length, part.Response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Output_is_what_was_printed_up_to_an_event_when_one_is_named()
    {
        await using var server = await ServerHarness.StartAsync(Retried);
        var id = await server.RunToEndAsync("retried");
        var events = (await server.GetAsync($"/api/executions/{id}/events")).Json.GetProperty("events").EnumerateArray().ToList();
        var printed = new Dictionary<int, string> { [1] = "", [2] = "" };
        var newest = 0;
        foreach (var e in events)
        {
            if (e.GetProperty("type").ValueEquals("stage.output")) printed[e.GetProperty("attempt").GetInt32()] += e.GetProperty("data").GetProperty("text").GetString();
            if (e.GetProperty("type").ValueEquals("stage.started")) newest = e.GetProperty("attempt").GetInt32();
            var at = e.GetProperty("seq").GetInt64();
            foreach (var (attempt, text) in printed) Assert.Equal(text, (await server.GetAsync($"/api/executions/{id}/output/talk?attempt={attempt}&at={at}")).Text);
            Assert.Equal(printed.GetValueOrDefault(newest, ""), (await server.GetAsync($"/api/executions/{id}/output/talk?at={at}")).Text);
        }

        Assert.Equal(["try 1\nonce more\n", "try 2\nonce more\n"], printed.Values);
        var first = events.First(e => e.GetProperty("type").ValueEquals("stage.output")).GetProperty("seq").GetInt64();
        var part = await server.GetAsync($"/api/executions/{id}/output/talk?attempt=1&at={first}", ("Range", "bytes=-5"));
        Assert.Equal(("ry 1\n", "bytes 1-5/6"), (part.Text, part.Response.Content.Headers.ContentRange!.ToString()));
        foreach (var wrong in new[] { "0", "x", $"{events.Count + 1}" })
            (await server.GetAsync($"/api/executions/{id}/output/talk?at={wrong}")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
    }

    [Theory]
    [InlineData("bytes=24-")]
    [InlineData("bytes=99-100")]
    [InlineData("bytes=-0")]
    public async Task Range_behind_the_end_is_refused(string range)
    {
        await using var server = await ServerHarness.StartAsync(Both);
        var id = await server.RunToEndAsync("both");

        var refused = await server.GetAsync($"/api/executions/{id}/output/talk?stream=output", ("Range", range));

        refused.AssertProblem(HttpStatusCode.RequestedRangeNotSatisfiable, "range_not_satisfiable");
        Assert.Equal("bytes */24", refused.Response.Content.Headers.ContentRange!.ToString());
    }

    [Theory]
    [InlineData("lines=1-2")]
    [InlineData("bytes=1-2,4-5")]
    [InlineData("bytes=x")]
    public async Task Range_that_is_not_understood_gives_the_whole(string range)
    {
        await using var server = await ServerHarness.StartAsync(Both);
        var id = await server.RunToEndAsync("both");

        var whole = await server.GetAsync($"/api/executions/{id}/output/talk?stream=output", ("Range", range));

        Assert.Equal((HttpStatusCode.OK, "out 1\nout 2\nout 3\nno end"), (whole.Status, whole.Text));
    }

    [Fact]
    public async Task Value_is_read_by_range()
    {
        await using var server = await ServerHarness.StartAsync(Both);
        var id = await server.RunToEndAsync("both");
        var path = "/api/values/" + (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("definitionHash").GetString();
        var whole = (await server.GetAsync(path)).Text;

        var part = await server.GetAsync(path, ("Range", "bytes=1-5"));

        Assert.Equal((HttpStatusCode.PartialContent, whole[1..6], "bytes 1-5/*"), (part.Status, part.Text, part.Response.Content.Headers.ContentRange!.ToString()));
        (await server.GetAsync(path, ("Range", "bytes=9999999-"))).AssertProblem(HttpStatusCode.RequestedRangeNotSatisfiable, "range_not_satisfiable");
    }

    [Fact]
    public async Task Lines_are_given_and_narrowed()
    {
        await using var server = await ServerHarness.StartAsync(Both, Some.Fails);
        var id = await server.RunToEndAsync("both");
        var failed = await server.RunToEndAsync("fails");

        Assert.Equal(["err 1", "err 2", "err 3", "no end", "out 1", "out 2", "out 3"], (await LinesAsync(server, id, "")).Select(l => l.Text).Order(StringComparer.Ordinal));
        Assert.Equal(["out 1", "out 2", "out 3", "no end"], (await LinesAsync(server, id, "?stream=output")).Select(l => l.Text));
        Assert.Equal(["err 2"], (await LinesAsync(server, id, "?stage=talk&q=ERR%202&level=info,error")).Select(l => l.Text));
        Assert.Empty(await LinesAsync(server, id, "?stage=quiet"));
        Assert.Contains("3", Assert.Single(await LinesAsync(server, failed, "?level=error")).Text, StringComparison.Ordinal);
        (await server.GetAsync($"/api/executions/{id}/logs?level=loud&limit=0")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
    }

    [Fact]
    public async Task Pages_of_lines_join_to_the_whole()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        var joined = new StringBuilder();
        var pages = 0;

        for (long after = 0; ;)
        {
            var page = (await server.GetAsync($"/api/executions/{id}/logs?limit=1&after={after}")).Json;
            foreach (var line in page.GetProperty("lines").EnumerateArray()) joined.Append(line.GetProperty("text").GetString()).Append(line.GetProperty("complete").GetBoolean() ? "\n" : "");
            pages++;
            after = page.GetProperty("last").GetInt64();
            Assert.Equal(page.GetProperty("more").GetBoolean(), !page.GetProperty("complete").GetBoolean());
            if (page.GetProperty("complete").GetBoolean()) break;
        }

        Assert.Equal(string.Concat(Enumerable.Range(1, 40).Select(i => $"line {i}\n")), joined.ToString());
        Assert.True(pages > 1);
    }

    [Fact]
    public async Task Very_long_line_comes_in_parts_that_join_to_it()
    {
        await using var server = await ServerHarness.StartAsync(LongLine);
        var id = await server.RunToEndAsync("long");
        var ndjson = await server.GetAsync($"/api/executions/{id}/logs?format=ndjson");

        var lines = ndjson.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l)).ToList();

        Assert.All(lines, l => Assert.InRange(l.GetProperty("text").GetString()!.Length, 0, ServerLimits.MaxLineChars));
        Assert.Equal(new string('x', 3_000_000) + "\nafter\n", string.Concat(lines.Select(l => l.GetProperty("text").GetString() + (l.GetProperty("complete").GetBoolean() ? "\n" : ""))));
        Assert.Equal("attachment", ndjson.Response.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task Lines_as_text_are_a_download()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");

        var text = await server.GetAsync($"/api/executions/{id}/logs?format=text&q=line%207");

        Assert.Matches(@"^\d{4}-\d\d-\d\dT[\d:.]+Z print#1 info    line 7\n$", text.Text);
        Assert.Contains("sandbox", text.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        (await server.GetAsync("/api/executions/01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d/logs")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
    }

    [Fact]
    public async Task Lines_are_those_up_to_an_event_when_one_is_named()
    {
        await using var server = await ServerHarness.StartAsync(Retried);
        var id = await server.RunToEndAsync("retried");
        var all = (await server.GetAsync($"/api/executions/{id}/logs")).Json;
        var at = all.GetProperty("lines").EnumerateArray().First(l => l.GetProperty("text").GetString() == "try 1").GetProperty("seq").GetInt64();

        var page = (await server.GetAsync($"/api/executions/{id}/logs?at={at}")).Json;
        var text = await server.GetAsync($"/api/executions/{id}/logs?format=text&at={at}");
        var file = await server.GetAsync($"/api/executions/{id}/logs?format=ndjson&at={at}");

        Assert.Equal([("talk", "try 1")], await LinesAsync(server, id, $"?at={at}"));
        Assert.Equal((at, false, false), (page.GetProperty("last").GetInt64(), page.GetProperty("more").GetBoolean(), page.GetProperty("complete").GetBoolean()));
        Assert.Matches(@"^[^\n]* talk#1 info    try 1\n$", text.Text);
        Assert.Equal(($"{id}-at-{at}.log", $"{id}-at-{at}.ndjson"), (NameOf(text), NameOf(file)));
        Assert.Equal($"{id}.log", NameOf(await server.GetAsync($"/api/executions/{id}/logs?format=text")));
        Assert.Equal(all.GetProperty("lines").GetArrayLength(), (await LinesAsync(server, id, "?at=999999")).Count);
        (await server.GetAsync($"/api/executions/{id}/logs?at=0")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
    }

    private static string? NameOf(Answer file) => file.Response.Content.Headers.ContentDisposition!.FileName?.Trim('"');

    private static async Task<IReadOnlyList<(string Stage, string Text)>> LinesAsync(ServerHarness server, Guid id, string query) =>
        [.. (await server.GetAsync($"/api/executions/{id}/logs{query}")).Json.GetProperty("lines").EnumerateArray().Select(l => (l.GetProperty("stage").GetString()!, l.GetProperty("text").GetString()!))];
}
