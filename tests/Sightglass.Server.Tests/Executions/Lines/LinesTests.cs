using System.Net;
using System.Text.Json;
using Xunit;

namespace Sightglass.Server.Tests.Executions.Lines;

/// <summary>Lines of a log by number, over HTTP.</summary>
public sealed class LinesTests
{
    private const string Long = """
        id: long
        stages:
          - id: talk
            type: shell
            output: { maxBytes: 400000000 }
            shell: { run: "echo before; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo after; exit 3" }
        """;

    [Fact]
    public async Task Last_lines_are_given_when_nothing_else_is_asked()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");

        var window = await LinesAsync(server, id, "limit=2");

        Assert.Equal((38, 40, 40, true, false), (Number(window, "from"), Number(window, "total"), Number(window, "allLines"), window.GetProperty("complete").GetBoolean(), window.GetProperty("more").GetBoolean()));
        Assert.Equal([(39, "line 39"), (40, "line 40")], window.GetProperty("lines").EnumerateArray().Select(l => ((int)Number(l, "number"), l.GetProperty("text").GetString()!)));
        Assert.Equal(40, Number(window.GetProperty("counts"), "info"));
    }

    [Fact]
    public async Task Hit_has_the_number_that_it_has_among_all_lines()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");

        var hits = await LinesAsync(server, id, "q=LINE%203&line=10&limit=1");

        Assert.Equal((1, 11, 30), (Number(hits, "from"), Number(hits, "total"), Number(hits.GetProperty("lines")[0], "number")));
    }

    [Fact]
    public async Task Log_is_as_it_stood_at_an_event()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");

        var before = await LinesAsync(server, id, "at=1");

        Assert.Equal((0, 1, false), (Number(before, "total"), Number(before, "seq"), before.GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public async Task Line_of_megabytes_is_one_line_of_which_a_part_is_given()
    {
        await using var server = await ServerHarness.StartAsync(Long);
        var id = await server.RunToEndAsync("long");

        var narrow = (await LinesAsync(server, id, "from=0&width=10")).GetProperty("lines").EnumerateArray().ToList();
        var wide = (await LinesAsync(server, id, "line=2&limit=1&width=1048576")).GetProperty("lines")[0];

        Assert.Equal(["before", "xxxxxxxxxx", "after"], narrow.Take(3).Select(l => l.GetProperty("text").GetString()));
        Assert.Equal((3_000_000, "error", 4), (Number(narrow[1], "length"), narrow[3].GetProperty("level").GetString(), narrow.Count));
        Assert.Equal((1_048_576, 3_000_000), (wide.GetProperty("text").GetString()!.Length, Number(wide, "length")));
    }

    [Fact]
    public async Task Line_without_an_end_is_told_apart()
    {
        await using var server = await ServerHarness.StartAsync("""
            id: half
            stages:
              - id: talk
                type: shell
                shell: { run: "echo whole; printf half; sleep 60" }
            """);
        var id = await server.RunAsync("half");
        var window = await LinesAsync(server, id, "");
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        while (window.GetProperty("open").GetArrayLength() == 0)
        {
            await server.GetAsync($"/api/executions/{id}/events?wait=1&after={Number(window, "last")}");
            window = await LinesAsync(server, id, "");
            limit.Token.ThrowIfCancellationRequested();
        }

        var open = window.GetProperty("open")[0];

        Assert.Equal((0, "half", 1), (Number(open, "number"), open.GetProperty("text").GetString(), Number(window, "total")));
        Assert.Equal(0, (await LinesAsync(server, id, "level=error")).GetProperty("open").GetArrayLength());
        await server.PostAsync($"/api/executions/{id}/cancel");
        await server.EndAsync(id);
        Assert.Equal(2, Number(await LinesAsync(server, id, "stream=output"), "total"));
    }

    [Fact]
    public async Task Question_that_makes_no_sense_is_refused()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");

        (await server.GetAsync($"/api/executions/{id}/lines?from=1&line=1")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        (await server.GetAsync($"/api/executions/{id}/lines?limit=2001&at=0&line=0&level=loud")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        (await server.GetAsync("/api/executions/01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d/lines")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
    }

    private static async Task<JsonElement> LinesAsync(ServerHarness server, Guid id, string query) => (await server.GetAsync($"/api/executions/{id}/lines?{query}")).Json;

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
