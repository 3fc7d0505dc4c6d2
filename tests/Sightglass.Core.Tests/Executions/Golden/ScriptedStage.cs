using System.Collections.Concurrent;
using System.Text;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>A stage type whose stages do what the scenario says, by their id; <c>id.undo</c> is the undo of a stage. What it
/// gives back depends on nothing of the machine.</summary>
internal sealed class ScriptedStage(string name, ConcurrentDictionary<string, Func<StageRun, CancellationToken, Task<StageResult>>> parts, Action<string> runs) : IStageType
{
    public string Name => name;

    public static StageResult Done(string json) => StageResult.Completed(Encoding.UTF8.GetBytes(json));

    public Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        runs(run.Stage);
        var key = run.Definition.Id + (run.IdempotencyKey.EndsWith("/undo", StringComparison.Ordinal) ? ".undo" : "");
        return parts.TryGetValue(key, out var part)
            ? part(run, cancellationToken)
            : Task.FromResult(StageResult.Failed("code_not_found", $"The scenario has no part '{key}'."));
    }
}
