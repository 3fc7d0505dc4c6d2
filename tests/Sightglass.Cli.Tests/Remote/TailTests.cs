using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Remote;

public sealed class TailTests
{
    private const string Parent = """
        stages:
          - id: kid
            type: pipeline
            pipeline: { id: hello, input: { who: kid } }
        """;

    private const string Hostile = """
        stages:
          - id: loud
            type: shell
            shell: { run: "printf '\\033]0;owned\\007\\033[2Jafter the title\\n'; printf 'begun'; printf ' and ended' >&2; exit 4" }
        """;

    [Fact]
    public async Task Tail_has_each_event_once_when_the_server_was_killed_and_when_it_was_stopped()
    {
        await using var server = await RemoteServer.StartAsync(("waiting.yaml", TemporaryFolder.Waiting), ("hello.yaml", TemporaryFolder.Hello), ("parent.yaml", Parent));
        await using var tail = server.Command("viewer", "tail", "--json");
        await tail.WaitForErrorAsync("Following all executions, 0 executions under way");
        var ids = new List<string> { await server.StartRunAsync("waiting"), await server.StartRunAsync("hello"), await server.StartRunAsync("parent") };
        foreach (var id in ids[1..]) await tail.WaitForAsync(EndOf(id));
        await tail.WaitForAsync("waiting\\n");

        await server.KillAsync();
        await tail.WaitForErrorAsync("is away; reconnecting…");
        await server.StartAsync();

        // Before it is back: the lists have to tell of this one.
        ids.Add(await server.StartRunAsync("hello"));
        await tail.WaitForErrorAsync("Connected again.");
        await tail.WaitForAsync(EndOf(ids[^1]));
        await server.StopAsync();
        await server.StartAsync();
        ids.Add(await server.StartRunAsync("waiting"));
        server.Folder.Write("pipelines/go", "");
        foreach (var id in ids) await tail.WaitForAsync(EndOf(id));
        tail.Signal(CliProcess.SigInt);
        var output = (await tail.EndAsync()).Exits(130).Output;

        ids.Add(output.Split("\"child\":\"")[1][..36]);
        foreach (var id in ids)
        {
            var seen = string.Concat(output.Split('\n').Where(line => line.Contains($"\"executionId\":\"{id}\",\"type\"", StringComparison.Ordinal)).Select(line => line + "\n"));
            Assert.Equal(await server.LogAsync(id), seen);
        }

        Assert.Equal(ids.Count, output.Split('\n').Count(line => line.StartsWith("{\"seq\":1,", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Tail_shows_lines_that_fit_and_obeys_nothing_that_stages_print()
    {
        await using var server = await RemoteServer.StartAsync(("waiting.yaml", TemporaryFolder.Waiting), ("hello.yaml", TemporaryFolder.Hello), ("hostile.yaml", Hostile), ("parent.yaml", Parent));
        var before = await server.StartRunAsync("waiting");
        await using var all = server.Command("viewer", "tail");
        await all.WaitForErrorAsync("1 execution under way");
        await using var failed = server.Command("viewer", "tail", "--status", "failed,cancelled");
        await using var stage = server.Command("viewer", "tail", "--stage", "hello", "--pipeline", "parent");
        await using var errors = server.Command("viewer", "tail", "--level", "error");
        server.Elsewhere.Write("narrow", (await CliProcess.RunAsync(server.Folder.Path, "tokens", "create", "narrow", "--role", "viewer", "--pipeline", "hello")).Exits(0).Output);
        await using var narrow = server.Command("narrow", "tail");
        foreach (var tail in (CliProcess[])[failed, stage, errors, narrow]) await tail.WaitForErrorAsync("Following");

        (await server.RunAsync("operator", "run", "hostile")).Exits(1);
        (await server.RunAsync("operator", "run", "parent")).Exits(0);
        var hello = await server.StartRunAsync("hello");
        (await server.RunAsync("operator", "cancel", before)).Exits(0);
        await all.WaitForAsync("cancelled in");
        await failed.WaitForAsync("cancelled in");
        await errors.WaitForAsync("failed in");
        await stage.WaitForAsync("completed in");
        await narrow.WaitForAsync($"{hello[^8..]}            completed");

        Assert.Matches(@"hostile +\w{8}  loud +\| after the title\n", all.Output);
        Assert.Matches(@"loud +\| begun\n", all.Output);
        Assert.Matches(@"loud +!  and ended\n", all.Output);
        Assert.Matches(@"hello +\w{8}  hello +\| Hello, kid\n", all.Output);
        Assert.DoesNotContain('\e', all.Output);
        Assert.DoesNotContain("owned", all.Output, StringComparison.Ordinal);
        Assert.Equal(2, failed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(stage.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(@"^[\d:.]+  hello +\w{8}  hello +\S", line));
        Assert.Equal(2, errors.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("parent", narrow.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_reads_lists_when_the_server_streams_nothing()
    {
        await using var server = await RemoteServer.StartAsync(("hello.yaml", TemporaryFolder.Hello));
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(server.Elsewhere.Path, "admin"), TestContext.Current.CancellationToken)).Trim());
        using var off = new StringContent("""{"ENABLE_EXECUTION_STREAMING":false}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await http.PutAsync("/api/config/flags", off, TestContext.Current.CancellationToken)).StatusCode);
        await using var tail = server.Command("viewer", "tail", "--json");
        await tail.WaitForErrorAsync("Following");
        var id = await server.StartRunAsync("hello");
        await tail.WaitForAsync(EndOf(id));
        tail.Signal(CliProcess.SigTerm);

        Assert.Equal(await server.LogAsync(id), (await tail.EndAsync()).Exits(130).Output);
        Assert.DoesNotContain("away", tail.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_of_a_folder_ends_with_its_run_and_says_where_nothing_runs()
    {
        using var folder = new TemporaryFolder();
        folder.Write("waiting.yaml", TemporaryFolder.Waiting);
        folder.Write("hello.yaml", TemporaryFolder.Hello);
        Assert.Contains("--server", (await CliProcess.RunAsync(folder.Path, "tail")).Exits(3).Error, StringComparison.Ordinal);
        (await CliProcess.RunAsync(folder.Path, "run", "hello.yaml")).Exits(0);
        Assert.Contains("Nothing runs executions", (await CliProcess.RunAsync(folder.Path, "tail")).Exits(3).Error, StringComparison.Ordinal);
        await using var run = CliProcess.Start(folder.Path, "run", "waiting.yaml");
        await run.WaitForAsync("| waiting");
        await using var tail = CliProcess.Start(folder.Path, "tail");
        await tail.WaitForErrorAsync("1 execution under way");
        folder.Write("go", "");

        (await run.EndAsync()).Exits(0);
        Assert.Contains("| went on", (await tail.EndAsync()).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("--level", (await CliProcess.RunAsync(folder.Path, "tail", "--level", "loud")).Exits(2).Error, StringComparison.Ordinal);
    }

    private static string EndOf(string id) => $"\"{id}\",\"type\":\"execution.completed\"";
}
