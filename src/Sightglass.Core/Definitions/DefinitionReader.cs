using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sightglass.Core.Definitions;

/// <summary>
/// Reads pipeline files. Whatever the bytes are, the answer is a list of problems with their places and never an exception.
/// </summary>
public static class DefinitionReader
{
    /// <summary>Reads a file's content and checks everything that can be known before it runs.</summary>
    /// <param name="utf8">The content, YAML or JSON: the name's ending decides, and where it says nothing the content.</param>
    /// <param name="fileName">The file's name for messages; without its ending it is the id where the content has none.</param>
    /// <param name="options">What is known of secrets, other pipelines and models.</param>
    public static DefinitionReadResult Read(ReadOnlyMemory<byte> utf8, string fileName, DefinitionReadOptions? options = null)
    {
        var problems = new ProblemList(fileName);
        PipelineDefinition? definition = null;
        try
        {
            definition = Read(utf8.Span, fileName, options ?? new DefinitionReadOptions(), problems);
        }
        catch (SourceException error)
        {
            problems.Add(error.Code, error.Message, error.Suggestion, "", error.Line, error.Column);
        }

        return new DefinitionReadResult(definition, problems.ToSorted());
    }

    /// <summary>Checks the JSON of a definition that was built in C#: no file, so no limit to its size, no name and no places.</summary>
    internal static IReadOnlyList<Problem> CheckBuilt(ReadOnlySpan<byte> json, DefinitionReadOptions? options)
    {
        var problems = new ProblemList("");
        try
        {
            Read(JsonSource.Read(json, problems), "", null, options ?? new DefinitionReadOptions(), problems);
        }
        catch (SourceException error)
        {
            problems.Add(error.Code, error.Message, error.Suggestion, "", 0, 0);
        }

        return [.. problems.ToSorted().Select(problem => problem with { Line = 0, Column = 0 })];
    }

    private static PipelineDefinition Read(ReadOnlySpan<byte> utf8, string fileName, DefinitionReadOptions options, ProblemList problems)
    {
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        var text = Decode(utf8);
        return Read(Parse(utf8, text, fileName, problems), text, IdOf(fileName), options, problems);
    }

    private static PipelineDefinition Read(SourceNode? root, string text, string? defaultId, DefinitionReadOptions options, ProblemList problems)
    {
        if (root is null || root.Kind == SourceKind.Null)
        {
            throw new SourceException(ProblemCodes.Empty, "the file is empty", "begin with 'stages:'", 1, 1);
        }

        if (root.Kind != SourceKind.Map)
        {
            throw new SourceException(ProblemCodes.WrongType, $"a pipeline expected a map, found {root.KindName}", "begin with 'stages:'", root.Line, root.Column);
        }

        if (root.Find("stages") is { Items.Count: > DefinitionLimits.Stages } stages)
        {
            throw new SourceException(ProblemCodes.TooManyStages, $"there are {stages.Items.Count:N0} stages; {DefinitionLimits.Stages:N0} are allowed", "split the pipeline, or use forEach", stages.Line, stages.Column);
        }

        var json = new SourceBinder(problems).Bind(root);
        PipelineDefinition definition;
        try
        {
            definition = DefinitionJson.Read(json.Span);
        }
        catch (JsonException error)
        {
            // The binder lets nothing through that the model refuses; were it otherwise, the author must still get an answer.
            throw new SourceException(ProblemCodes.WrongType, "the definition cannot be read: " + error.Message, null, root.Line, root.Column);
        }

        if (definition.Id.Length == 0 && !problems.IsBroken("id")) definition.Id = defaultId ?? "";
        DefinitionValidator.Run(definition, options, problems, new SourceMap(root, text));
        return definition;
    }

    private static string Decode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > DefinitionLimits.FileBytes)
        {
            throw new SourceException(ProblemCodes.TooLarge, $"the file has {utf8.Length:N0} bytes; {DefinitionLimits.FileBytes:N0} are allowed", "split the pipeline", 1, 1);
        }

        if (!Utf8.IsValid(utf8)) throw new SourceException(ProblemCodes.NotText, "the file is not UTF-8 text", "save it as UTF-8", 1, 1);
        var text = Encoding.UTF8.GetString(utf8);
        for (var i = 0; i < text.Length; i++)
        {
            // The YAML parser takes a zero for the end of the file and would drop what follows.
            if (text[i] >= ' ' || text[i] is '\t' or '\n' or '\r') continue;
            var line = text.AsSpan(0, i).Count('\n') + 1;
            throw new SourceException(ProblemCodes.NotText, $"the file holds the control character U+{(int)text[i]:X4}", "remove it", line, i - text.LastIndexOf('\n', i));
        }

        return text;
    }

    private static SourceNode? Parse(ReadOnlySpan<byte> utf8, string text, string fileName, ProblemList problems)
    {
        if (fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return JsonSource.Read(utf8, problems);
        var isYaml = fileName.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || fileName.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);
        if (isYaml || !text.AsSpan().TrimStart().StartsWith("{")) return YamlSource.Read(text, problems);
        try
        {
            return JsonSource.Read(utf8, problems);
        }
        catch (SourceException error) when (error.Code == ProblemCodes.BadJson)
        {
            // A brace opens a YAML map as well.
            return YamlSource.Read(text, problems);
        }
    }

    /// <summary>Makes an id of a file's name; what an id cannot hold becomes <c>-</c>.</summary>
    internal static string IdOf(string fileName)
    {
        var name = Path.GetFileNameWithoutExtension(fileName.AsSpan());
        var id = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter)) id.Append(letter);
            else if (id.Length > 0 && id[^1] != '-') id.Append('-');
        }

        return id.ToString().TrimEnd('-') is { Length: > 0 } made ? made[..Math.Min(made.Length, DefinitionLimits.IdLength)] : "pipeline";
    }
}
