using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Checks what stands beside the stages.</summary>
internal static class PipelineChecks
{
    public static void Run(Check check)
    {
        var definition = check.Definition;
        if (definition.Id.Length == 0) check.Error(ProblemCodes.MissingId, "id", "the pipeline has no id", "write a short name: 'id: hello'");
        else if (!IsId(definition.Id)) check.Error(ProblemCodes.InvalidId, "id", $"'{definition.Id}' is no id", "use letters, digits and '-', at most 100 of them");

        if (definition.Stages.Count == 0) check.Error(ProblemCodes.Missing, "stages", "there are no stages", "write at least one stage");
        foreach (var (name, input) in definition.Inputs) CheckInput(check, name, input);
        if (definition.Concurrency is not null)
        {
            var group = new StageExpression("concurrency.group", definition.Concurrency.Group, ExpressionKind.Template);
            ExpressionChecks.CheckOne(check, null, "", ParsedExpression.Of(group));
        }
    }

    /// <summary>Tells whether a text can be the id of a pipeline.</summary>
    public static bool IsId(string id) => id.Length <= DefinitionLimits.IdLength && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    private static void CheckInput(Check check, string name, InputDefinition input)
    {
        var path = SourcePath.Join("inputs", name);
        if (name.Length is 0 or > DefinitionLimits.IdLength || name.Any(char.IsControl))
        {
            check.Error(ProblemCodes.InvalidId, path, "the name of an input has 1 to 100 characters");
        }

        if (input.Default is not { } value) return;
        if (input.Required)
        {
            check.Error(ProblemCodes.RequiredWithDefault, path + ".default", $"the input '{name}' is required, so its default is never used", "remove 'required' or 'default'");
        }

        if (!InputTypes.Fits(value, input.Type))
        {
            check.Error(ProblemCodes.WrongType, path + ".default", $"the default of '{name}' expected {InputTypes.Noun(input.Type)}, found {InputTypes.KindOf(value)}");
        }
        else if (input.Enum.Count > 0 && !input.Enum.Any(allowed => JsonElement.DeepEquals(allowed, value)))
        {
            check.Error(ProblemCodes.UnknownValue, path + ".default", $"the default of '{name}' is none of its allowed values", "write one of " + string.Join(", ", input.Enum.Take(20)));
        }
    }
}
