using System.Text;
using System.Text.Json;

namespace Sightglass.Core.Stages.Branch;

/// <summary>Chooses what runs next by a condition, which arrives evaluated as <c>{"when": true}</c>.</summary>
public sealed class BranchStage : IStageType
{
    /// <inheritdoc/>
    public string Name => "branch";

    /// <inheritdoc/>
    public Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        JsonElement when = default;
        if (run.Input.ValueKind == JsonValueKind.Object)
            run.Input.TryGetProperty("when", out when);
        if (when.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            var found = when.ValueKind is JsonValueKind.Undefined ? "null" : when.ValueKind.ToString().ToLowerInvariant();
            return Task.FromResult(StageResult.Failed("not_a_boolean", $"'when' of a branch must be true or false, it is {found}; compare it with something, such as == 'yes'."));
        }

        var taken = when.GetBoolean() ? run.Definition.Then : run.Definition.Else;
        return Task.FromResult(StageResult.Completed(Encoding.UTF8.GetBytes(taken is null ? """{"taken":null}""" : $$"""{"taken":"{{JsonEncodedText.Encode(taken)}}"}""")));
    }
}
