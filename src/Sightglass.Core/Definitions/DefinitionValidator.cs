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

    /// <summary>Runs every check that needs more than one member to look at.</summary>
    internal static void Run(PipelineDefinition definition, DefinitionReadOptions options, ProblemList problems, SourceMap map)
    {
        var check = new Check(definition, options, problems, map);
        PipelineChecks.Run(check);
        StageChecks.Run(check);
        ExpressionChecks.Run(check);
        GraphChecks.Run(check);
        PipelineCallChecks.Run(check);
        ScheduleChecks.Run(check);
        WebhookChecks.Run(check);
    }
}
