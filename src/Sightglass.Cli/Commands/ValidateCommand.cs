using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass validate</c>: every problem of every file, before anything runs.</summary>
internal static class ValidateCommand
{
    public const string Examples = """
        sightglass validate hello.yaml
        sightglass validate pipelines/ samples/           every pipeline file in and below these folders
        sightglass validate hello.yaml --json             problems for programs
        """;

    public static Command Create()
    {
        var paths = new Argument<string[]>("FILE|DIR") { Description = "Pipeline files, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var json = CommonOptions.Json("Print the problems as one JSON array.");
        var command = new Command("validate", "Check pipeline files and report every problem with its line and column.") { paths, json };
        command.SetAction(parsed => RunAsync(parsed.GetRequiredValue(paths), parsed.GetValue(json), Target.Of(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(string[] paths, bool json, Target target)
    {
        var files = new PipelineFiles(PipelineFiles.FolderOf(null), target.Server is null ? SecretFile.Load(target.Data) : null);
        var found = new List<(string File, DefinitionReadResult Result)>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path)) found.AddRange(PipelineFolder.Files(path).Select(f => (f, files.Read(f))).Where(r => PipelineFolder.IsPipeline(r.f, r.Item2)));
            else if (File.Exists(path)) found.Add((path, files.Read(path)));
            else throw new CommandRefusedException(ExitCodes.NotFound, $"There is no file or folder '{path}'.");
        }

        if (found.Count == 0) throw new CommandRefusedException(ExitCodes.NotFound, "There are no pipeline files (.yaml, .yml, .json) there.");
        var results = target.Server is null
            ? [.. found.Select(f => new CheckedFile(f.File, f.Result.IsValid, f.Result.Definition?.Stages.Count ?? 0, f.Result.Problems))]
            : await AskAsync(target, found.Select(f => f.File)).ConfigureAwait(false);
        var problems = results.SelectMany(r => r.Problems).ToList();
        if (json) WriteJson(problems);
        else WriteText(results, problems);
        return results.TrueForAll(r => r.IsValid) ? ExitCodes.Success : ExitCodes.Invalid;
    }

    /// <summary>Lets a server check the files: against its own pipelines, secrets and limits.</summary>
    private static async Task<List<CheckedFile>> AskAsync(Target target, IEnumerable<string> files)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var results = new List<CheckedFile>();
        foreach (var file in files)
        {
            using var body = new ByteArrayContent(PipelineFolder.ReadBytes(file));
            body.Headers.ContentType = new MediaTypeHeaderValue(file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "application/json" : "application/yaml");
            var answer = await session.Client.SendAsync(HttpMethod.Post, "api/pipelines/validate", body).ConfigureAwait(false);
            var shown = PipelineFiles.Shown(Path.GetFullPath(file));
            results.Add(new CheckedFile(
                file,
                answer.GetProperty("valid"u8).GetBoolean(),
                answer.GetProperty("stageCount"u8).GetInt32(),
                [.. answer.GetProperty("problems"u8).EnumerateArray().Select(p => ProblemOutput.Read(p) with { File = shown })]));
        }

        return results;
    }

    private static void WriteText(List<CheckedFile> results, List<Problem> problems)
    {
        var output = StandardStreams.Open().Out;
        foreach (var problem in problems) output.WriteLine(TerminalText.Clean(problem.ToString()));
        foreach (var result in results.Where(r => r.IsValid)) output.WriteLine($"{PipelineFiles.Shown(result.File)}: valid, {Durations.Count(result.StageCount, "stage")}");

        var errors = problems.Count(p => p.Severity == ProblemSeverity.Error);
        var broken = results.Count(r => !r.IsValid);
        if (errors > 0) output.WriteLine($"{errors} {(errors == 1 ? "problem" : "problems")} in {broken} of {results.Count} {(results.Count == 1 ? "file" : "files")}.");
    }

    private static void WriteJson(List<Problem> problems)
    {
        using (var writer = new Utf8JsonWriter(StandardStreams.Open().Raw))
        {
            writer.WriteStartArray();
            foreach (var problem in problems) ProblemOutput.Write(writer, problem);
            writer.WriteEndArray();
        }

        StandardStreams.Open().Out.WriteLine();
    }

    private sealed record CheckedFile(string File, bool IsValid, int StageCount, IReadOnlyList<Problem> Problems);
}
