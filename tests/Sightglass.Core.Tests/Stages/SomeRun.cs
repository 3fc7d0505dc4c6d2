using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Core.Tests.Stages;

/// <summary>An attempt for tests.</summary>
internal static class SomeRun
{
    public static StageRun Of(
        string body,
        StageOutput? output = null,
        StageDefinition? definition = null,
        PipelineDefinition? pipeline = null,
        string? folder = null,
        TimeSpan? grace = null,
        IEnumerable<string>? secrets = null,
        TimeProvider? time = null) => new()
        {
            ExecutionId = new Guid("0197a0c2-0000-7000-8000-000000000001"),
            Stage = "check",
            Attempt = 2,
            Definition = definition ?? new StageDefinition { Id = "check" },
            Pipeline = pipeline ?? new PipelineDefinition { Id = "some" },
            Input = JsonElement.Parse(body),
            Output = output ?? new RecordedOutput(),
            IdempotencyKey = "0197a0c2/check/1",
            BaseFolder = folder ?? Path.GetTempPath(),
            Time = time ?? TimeProvider.System,
            Grace = grace ?? TimeSpan.FromSeconds(5),
            Secrets = SecretPatterns.Create(secrets ?? []),
        };

    public static JsonElement Json(this StageResult result) => JsonElement.Parse(result.Output.IsEmpty ? "null"u8 : result.Output.Span);
}
