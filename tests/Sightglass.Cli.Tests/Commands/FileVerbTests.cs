using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Commands;

public sealed class FileVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Validate_reports_every_problem_of_every_file_with_line_and_column()
    {
        _folder.Write("all/one.yaml", "stages:\n  - id: a\n    type: shell\n    shell: { runn: x }\n    timeout: soon\n");
        _folder.Write("all/two.yaml", "stages:\n  - { id: a, needs: [b], type: data, data: { value: '1' } }\n  - { id: b, needs: [a], type: data, data: { value: '1' } }\n");
        _folder.Write("all/good.yaml", TemporaryFolder.Hello);
        var result = (await CliProcess.RunAsync(_folder.Path, "validate", "all")).Exits(2);
        Assert.Contains(result.Lines, l => l.StartsWith("all/one.yaml:4:14:", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.StartsWith("all/one.yaml:5:14:", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.StartsWith("all/two.yaml:", StringComparison.Ordinal));
        Assert.Contains("all/good.yaml: valid, 1 stage", result.Output, StringComparison.Ordinal);

        var json = (await CliProcess.RunAsync(_folder.Path, "validate", "all/one.yaml", "--json")).Exits(2);
        Assert.All(JsonElement.Parse(json.Output).EnumerateArray(), p => Assert.True(p.GetProperty("line").GetInt32() > 0));
        (await CliProcess.RunAsync(_folder.Path, "validate", "all/good.yaml")).Exits(0);
        (await CliProcess.RunAsync(_folder.Path, "validate", "none.yaml")).Exits(5);
    }

    [Fact]
    public async Task Folders_are_read_with_those_below_as_a_server_reads_them()
    {
        _folder.Write("pipelines/deep/er/nested.yaml", "id: nested\n" + TemporaryFolder.Hello);
        _folder.Write("pipelines/deep/package.json", "{ \"name\": \"something else\" }");
        _folder.Write("pipelines/.hidden/broken.yaml", "stages: 1\n");

        Assert.Equal(["pipelines/deep/er/nested.yaml: valid, 1 stage"], (await CliProcess.RunAsync(_folder.Path, "validate", "pipelines")).Exits(0).Lines);
        (await CliProcess.RunAsync(_folder.Path, "validate", "pipelines/deep/package.json")).Exits(2);
        Assert.Contains("Hello, Eve", (await CliProcess.RunAsync(_folder.Path, "run", "nested", "--input", "Eve")).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_secret_is_told_with_the_ways_to_set_it()
    {
        _folder.Write("secret.yaml", "stages:\n  - id: a\n    type: shell\n    shell: { env: { KEY: \"${{ secrets.API_KEY }}\" }, run: \"true\" }\n");
        var refused = (await CliProcess.RunAsync(_folder.Path, "run", "secret.yaml")).Exits(2);
        Assert.Contains("SIGHTGLASS_SECRET_API_KEY", refused.Error, StringComparison.Ordinal);
        Assert.Contains("secrets.env", refused.Error, StringComparison.Ordinal);

        var secrets = _folder.Write(".sightglass/secrets.env", "API_KEY=something-long\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await CliProcess.RunAsync(_folder.Path, "run", "secret.yaml")).Exits(0);
    }

    [Fact]
    public async Task Graph_draws_a_file_in_every_format()
    {
        _folder.Write("two.yaml", "stages:\n  - { id: a, type: data, data: { value: '1' } }\n  - { id: b, needs: [a], type: data, data: { value: '2' } }\n");
        Assert.Contains("a -> b [label=\"on completion\"]", (await CliProcess.RunAsync(_folder.Path, "graph", "two.yaml")).Exits(0).Output, StringComparison.Ordinal);
        Assert.StartsWith("flowchart LR", (await CliProcess.RunAsync(_folder.Path, "graph", "two.yaml", "--format", "mermaid")).Exits(0).Output, StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "run", "two.yaml")).Exits(0);
        var json = JsonElement.Parse((await CliProcess.RunAsync(_folder.Path, "graph", "last", "--format", "json")).Exits(0).Output);
        Assert.Equal("completed", json.GetProperty("nodes")[1].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Eval_answers_one_expression_or_each_line_in_order()
    {
        Assert.Equal("{\"value\":7}\n", (await CliProcess.RunAsync(_folder.Path, "eval", "a + 4", "--vars", "{\"a\":3}")).Exits(0).Output);
        Assert.Equal("{\"value\":{\"int\":\"3\"}}\n", (await CliProcess.RunAsync(_folder.Path, "eval", "1 + 2", "--typed")).Exits(0).Output);
        Assert.Contains("\"error\"", (await CliProcess.RunAsync(_folder.Path, "eval", "1 +")).Exits(2).Output, StringComparison.Ordinal);

        var lines = string.Concat(Enumerable.Range(0, 500).Select(i => i % 100 == 99 ? "broken\n" : $"{{\"expr\":\"n * 2\",\"vars\":{{\"n\":{i}}}}}\n"));
        var answers = (await CliProcess.RunWithInputAsync(_folder.Path, lines, "eval", "--batch")).Exits(0).Lines;
        Assert.Equal(500, answers.Length);
        for (var i = 0; i < 500; i++)
        {
            if (i % 100 == 99) Assert.StartsWith("{\"error\":", answers[i], StringComparison.Ordinal);
            else Assert.Equal($"{{\"value\":{i * 2}}}", answers[i]);
        }
    }

    [Fact]
    public async Task Init_writes_a_pipeline_that_runs_and_never_overwrites()
    {
        (await CliProcess.RunAsync(_folder.Path, "init")).Exits(0);
        var path = Path.Combine(_folder.Path, "pipelines", "hello.yaml");
        (await CliProcess.RunAsync(_folder.Path, "validate", "pipelines")).Exits(0);
        Assert.Contains("ADA!", (await CliProcess.RunAsync(_folder.Path, "run", "hello", "--input", "Ada")).Exits(0).Output, StringComparison.Ordinal);
        File.WriteAllText(path, "mine");
        (await CliProcess.RunAsync(_folder.Path, "init")).Exits(2);
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public async Task Validate_prints_nothing_that_a_terminal_obeys()
    {
        _folder.Write("escape.yaml", "id: x\n\"\\e[31mred\": 1\nstages: []\n");
        var result = (await CliProcess.RunAsync(_folder.Path, "validate", "escape.yaml")).Exits(2);
        Assert.Contains("red", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public async Task Validate_does_not_wait_for_a_pipe()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mkfifo");
        using var make = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_folder.Path, "pipe.yaml"));
        await make.WaitForExitAsync();

        (await CliProcess.RunAsync(_folder.Path, "validate", "pipe.yaml")).Exits(2);
    }
}
