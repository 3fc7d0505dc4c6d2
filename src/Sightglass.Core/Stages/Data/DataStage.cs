using System.Text.Json;

namespace Sightglass.Core.Stages.Data;

/// <summary>Gives back a value that was built from inputs and earlier outputs; it arrives rendered as <c>{"value": …}</c>.</summary>
public sealed class DataStage : IStageType
{
    /// <inheritdoc/>
    public string Name => "data";

    /// <inheritdoc/>
    public Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        var value = Member(run.Input, "value") ?? Member(run.Input, "default") ?? run.Definition.Data?.Default;
        return Task.FromResult(StageResult.Completed(value is { } given ? StageJson.Write(given) : default));
    }

    private static JsonElement? Member(JsonElement input, string name) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
