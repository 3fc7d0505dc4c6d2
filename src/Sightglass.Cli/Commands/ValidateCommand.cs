using System.CommandLine;
using System.Text.Json;
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
        command.SetAction(parsed => Run(parsed.GetRequiredValue(paths), parsed.GetValue(json), FolderPaths.Of(parsed.GetValue(CommonOptions.Data))));
        return command;
    }

    private static int Run(string[] paths, bool json, FolderPaths data)
    {
        var files = new PipelineFiles(PipelineFiles.FolderOf(null), SecretFile.Load(data));
        var results = new List<(string File, DefinitionReadResult Result)>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path)) results.AddRange(PipelineFolder.Files(path).Select(f => (f, files.Read(f))).Where(r => PipelineFolder.IsPipeline(r.f, r.Item2)));
            else if (File.Exists(path)) results.Add((path, files.Read(path)));
            else throw new CommandRefusedException(ExitCodes.NotFound, $"There is no file or folder '{path}'.");
        }

        if (results.Count == 0) throw new CommandRefusedException(ExitCodes.NotFound, "There are no pipeline files (.yaml, .yml, .json) there.");
        var problems = results.SelectMany(r => r.Result.Problems).ToList();
        if (json) WriteJson(problems);
        else WriteText(results, problems);
        return results.All(r => r.Result.IsValid) ? ExitCodes.Success : ExitCodes.Invalid;
    }

    private static void WriteText(List<(string File, DefinitionReadResult Result)> results, List<Problem> problems)
    {
        var output = StandardStreams.Open().Out;
        foreach (var problem in problems) output.WriteLine(TerminalText.Clean(problem.ToString()));
        foreach (var (file, result) in results.Where(r => r.Result.IsValid))
        {
            var count = result.Definition!.Stages.Count;
            output.WriteLine($"{PipelineFiles.Shown(file)}: valid, {count} {(count == 1 ? "stage" : "stages")}");
        }

        var errors = problems.Count(p => p.Severity == ProblemSeverity.Error);
        var broken = results.Count(r => !r.Result.IsValid);
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
}
