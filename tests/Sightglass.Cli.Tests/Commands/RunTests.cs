using System.Globalization;
using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Commands;

public sealed class RunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_prints_a_line_for_each_thing_that_happens_and_exits_0()
    {
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        var result = (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml", "--set", "who=Ada")).Exits(0);
        Assert.Contains(result.Lines, l => l.EndsWith("hello  | Hello, Ada", StringComparison.Ordinal));
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d\d\d  hello  started \(shell\)$", result.Lines[1]);
        Assert.Contains("Completed in ", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public async Task Run_exits_1_and_says_why_when_a_stage_fails()
    {
        _folder.Write("failing.yaml", TemporaryFolder.Failing);
        var result = (await CliProcess.RunAsync(_folder.Path, "run", "failing.yaml")).Exits(1);
        Assert.Contains("broken  ! before", result.Output, StringComparison.Ordinal);
        Assert.Contains("Error in broken: exited with 3", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CliProcess.SigTerm)]
    [InlineData(CliProcess.SigInt)]
    public async Task Run_cancels_the_execution_and_exits_4_when_interrupted(int signal)
    {
        _folder.Write("waiting.yaml", TemporaryFolder.Waiting);
        await using var run = CliProcess.Start(_folder.Path, "run", "waiting.yaml");
        await run.WaitForAsync("| waiting");
        run.Signal(signal);
        var result = (await run.EndAsync()).Exits(4);
        Assert.Contains("Cancelled in ", result.Output, StringComparison.Ordinal);
        var history = (await CliProcess.RunAsync(_folder.Path, "history", "--json")).Exits(0);
        Assert.Contains("\"status\":\"cancelled\"", history.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_exits_130_at_once_when_interrupted_twice()
    {
        _folder.Write("stubborn.yaml", """
            stages:
              - id: stubborn
                type: shell
                shell: { run: "trap '' TERM; echo $$ > pid; echo waiting; while [ ! -e go ]; do sleep 0.05; done" }
            """);
        await using var run = CliProcess.Start(_folder.Path, "run", "stubborn.yaml");
        await run.WaitForAsync("| waiting");
        run.Signal(CliProcess.SigTerm);
        await run.WaitForAsync("Cancelling");
        run.Signal(CliProcess.SigTerm);
        (await run.EndAsync()).Exits(130);

        // What the stage started has ended with the run; were it alive, it would still hold its folder.
        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.Path, "pid")), CultureInfo.InvariantCulture);
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal), TimeSpan.FromSeconds(10)), "The stage's process lives on.");
    }

    [Fact]
    public async Task Json_prints_the_stored_events_without_a_gap_and_as_events_prints_them()
    {
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        var run = (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml", "--json")).Exits(0);
        var seqs = run.Lines.Select(l => JsonElement.Parse(l).GetProperty("seq").GetInt64()).ToList();
        Assert.Equal(Enumerable.Range(1, seqs.Count).Select(i => (long)i), seqs);
        Assert.Equal("execution.completed", JsonElement.Parse(run.Lines[^1]).GetProperty("type").GetString());

        var events = (await CliProcess.RunAsync(_folder.Path, "events", "last")).Exits(0);
        Assert.Equal(run.Output, events.Output);
        var rest = (await CliProcess.RunAsync(_folder.Path, "events", "last", "--after", "3", "-f")).Exits(0);
        Assert.Equal(run.Lines[3..], rest.Lines);
    }

    [Fact]
    public async Task An_invalid_pipeline_or_input_exits_2_and_leaves_no_trace()
    {
        _folder.Write("bad.yaml", "stages:\n  - id: a\n    type: shel\n    needs: [b]\n");
        var invalid = (await CliProcess.RunAsync(_folder.Path, "run", "bad.yaml")).Exits(2);
        Assert.Contains("bad.yaml:3:11:", invalid.Error, StringComparison.Ordinal);
        Assert.Contains("bad.yaml:4:13:", invalid.Error, StringComparison.Ordinal);

        _folder.Write("strict.yaml", "inputs: { n: { type: integer, required: true } }\nstages: [{ id: a, type: data, data: { value: inputs.n } }]\n");
        var missing = (await CliProcess.RunAsync(_folder.Path, "run", "strict.yaml")).Exits(2);
        Assert.Contains("'n' is required", missing.Error, StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "run", "strict.yaml", "--set", "n=many", "--set", "m=1")).Exits(2);
        Assert.False(Directory.Exists(_folder.Data));
    }

    [Fact]
    public async Task A_pipeline_is_found_by_its_id_and_what_is_not_there_exits_5()
    {
        _folder.Write("pipelines/greeting.yaml", "id: greet\n" + TemporaryFolder.Hello);
        (await CliProcess.RunAsync(_folder.Path, "run", "greet", "--input", "Eve")).Exits(0);
        (await CliProcess.RunAsync(_folder.Path, "run", "greeting")).Exits(5);
        (await CliProcess.RunAsync(_folder.Path, "run", "nowhere.yaml")).Exits(5);
        (await CliProcess.RunAsync(_folder.Path, "show", "0000abcd")).Exits(5);
        (await CliProcess.RunAsync(_folder.Path, "run", "greet", "--priority", "soon")).Exits(2);
        (await CliProcess.RunAsync(_folder.Path, "runn")).Exits(2);
    }

    [Fact]
    public async Task Help_teaches_by_example_and_lists_the_exit_codes()
    {
        foreach (var verb in (string[])["run", "serve", "validate", "graph", "list", "history", "show", "logs", "events", "cancel", "approve", "emit", "init", "eval"])
        {
            var help = (await CliProcess.RunAsync(_folder.Path, verb, "--help")).Exits(0);
            Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
            Assert.Contains("sightglass " + verb, help.Output[help.Output.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
            Assert.Contains("Exit codes:", help.Output, StringComparison.Ordinal);
        }
    }
}
