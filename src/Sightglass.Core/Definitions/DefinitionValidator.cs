using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Finds everything that is wrong with a definition before it runs.</summary>
public static class DefinitionValidator
{
    /// <summary>Checks a definition that was built in C#.</summary>
    /// <returns>All problems; they name the member by its path and have no line.</returns>
    public static IReadOnlyList<Problem> Validate(PipelineDefinition definition, DefinitionReadOptions? options = null)
    {
        byte[] json;
        try
        {
            json = DefinitionJson.Write(definition);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            return [new Problem(ProblemCodes.WrongType, ProblemSeverity.Error, "the definition cannot be written as JSON: " + error.Message, null, "", 0, 0, "")];
        }

        // The way of a file, so that both are held against the same rules.
        return DefinitionReader.CheckBuilt(json, options);
    }

    internal static void Check(PipelineDefinition definition, DefinitionReadOptions options, ProblemList problems, SourceMap map)
    {
        _ = options;
        if (definition.Concurrency is not null)
        {
            var (line, column) = map.Find("concurrency");
            problems.Add(ProblemCodes.NotEnforcedYet, "concurrency groups are read but not yet enforced by this version", null, "concurrency", line, column, ProblemSeverity.Warning);
        }
    }
}
