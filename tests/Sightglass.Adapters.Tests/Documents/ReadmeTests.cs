using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Stages.Shell;
using Sightglass.Sqlite;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Adapters.Tests.Documents;

/// <summary>What the README shows does what it says. Not beside other tests: it changes the current folder.</summary>
[Collection(nameof(ReadmeTests))]
[CollectionDefinition(nameof(ReadmeTests), DisableParallelization = true)]
public sealed partial class ReadmeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sightglass-readme").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_first_pipeline_runs_as_it_stands()
    {
        var read = DefinitionReader.Read(Encoding.UTF8.GetBytes(Snippet("yaml")), "hello.yaml");
        Assert.True(read.IsValid, string.Join('\n', read.Problems));
        await using var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(_folder, "runs.db") });
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = store, StageTypes = [new ShellStage(), new DataStage()] });

        var started = await engine.StartAsync(new StartRequest { Definition = read.Definition!, Input = JsonDocument.Parse("\"World\"").RootElement });
        await engine.WaitForEndAsync(started.ExecutionId!.Value);

        var output = await engine.ReadStateAsync(started.ExecutionId.Value, s => Encoding.UTF8.GetString(s.Output!.Json.Span));
        Assert.Equal("\"HELLO WORLD\"", output);
    }

    [Fact]
    public async Task The_program_compiles_and_runs_as_it_stands()
    {
        var definition = new PipelineDefinition { Id = "p", Stages = [new() { Id = "count", Type = "code", Code = new() { Name = "count", Input = JsonDocument.Parse("\"four\"").RootElement } }] };
        JsonElement? input = null;
        var current = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _folder;
        try
        {
            // README begins
            var code = new CodeRegistry().Register("count", context => context.InputAs<string>()!.Length);
            await using var engine = new PipelineEngine(new PipelineEngineOptions
            {
                Store = SqliteEventStore.Open(new SqliteStoreOptions { Path = "runs.db" }),
                StageTypes = [new CodeStage(code), new DataStage()],
            });
            var started = await engine.StartAsync(new StartRequest { Definition = definition, Input = input });
            await engine.WaitForEndAsync(started.ExecutionId!.Value);
            // README ends
            Assert.Equal("4", await engine.ReadStateAsync(started.ExecutionId.Value, s => Encoding.UTF8.GetString(s.Output!.Json.Span)));
            await engine.Store.DisposeAsync();
        }
        finally
        {
            Environment.CurrentDirectory = current;
        }

        var here = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "Sightglass.Adapters.Tests", "Documents", "ReadmeTests.cs"));
        var shown = Between().Match(here).Groups[1].Value;
        Assert.Equal(Lines(shown), Lines(Snippet("csharp")));
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];

    private string Snippet(string language)
    {
        var readme = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "README.md"));
        var match = Regex.Match(readme, "```" + language + "\n(.*?)```", RegexOptions.Singleline);
        Assert.True(match.Success, $"README.md has no {language} block.");
        return match.Groups[1].Value;
    }

    [GeneratedRegex(@"// README begins\n(.*?)// README ends", RegexOptions.Singleline)]
    private static partial Regex Between();
}
