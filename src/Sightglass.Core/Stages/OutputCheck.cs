using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Stages;

/// <summary>Holds a JSON output against the schema that the pipeline gives.</summary>
internal static class OutputCheck
{
    public static StageError? Check(OutputDefinition? definition, JsonElement value)
    {
        if (definition?.Schema is not { } schema || schema.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return null;
        var problems = JsonSchemaCheck.Check(schema, value);
        return problems.Count == 0 ? null : new StageError("output_schema", $"The output does not fit its schema: {problems[0]}.", string.Join('\n', problems));
    }
}
