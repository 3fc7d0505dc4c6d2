using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Stages.Code;

/// <summary>Runs a C# function that the program registered, on the thread of the caller.</summary>
/// <param name="registry">The functions.</param>
public sealed class CodeStage(CodeRegistry registry) : IStageType
{
    // A function without a result always ends the same way: an empty stage costs its context and nothing more.
    private static readonly Task<StageResult> s_nothing = Task.FromResult(CodeRegistry.Nothing);

    /// <inheritdoc/>
    public string Name => "code";

    /// <inheritdoc/>
    public Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        var name = FunctionName(run);
        if (registry.Find(name) is not { } runner)
            return Task.FromResult(NotFound(name));
        try
        {
            var result = runner(new CodeContext(run, cancellationToken));
            if (!result.IsCompletedSuccessfully)
                return WaitAsync(result, cancellationToken);
            var value = result.Result;
            return ReferenceEquals(value, CodeRegistry.Nothing) ? s_nothing : Task.FromResult(value);
        }
        catch (Exception e)
        {
            return Task.FromResult(Failure(e, cancellationToken));
        }
    }

    private static async Task<StageResult> WaitAsync(ValueTask<StageResult> task, CancellationToken cancellationToken)
    {
        try
        {
            return await task;
        }
        catch (Exception e)
        {
            return Failure(e, cancellationToken);
        }
    }

    private static StageResult Failure(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && cancellationToken.IsCancellationRequested
            ? StageResult.Cancelled()
            : StageResult.Failed("code_failed", e.Message, e.ToString());

    private static string FunctionName(StageRun run)
    {
        // An undo runs another body than the stage's own; the resolved body is the one that counts.
        if (run.Definition.Code is { } code && run.Definition.Undo is null)
            return code.Name;
        return run.Input.ValueKind == JsonValueKind.Object && run.Input.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()!
            : run.Definition.Code?.Name ?? "";
    }

    private StageResult NotFound(string name)
    {
        var hint = Nearest.Phrase(name, registry.Names) is { } phrase ? phrase
            : registry.Names.Count == 0 ? "register it in the program's CodeRegistry."
            : $"registered are: {string.Join(", ", registry.Names.Order(StringComparer.Ordinal).Take(10))}.";
        return StageResult.Failed("code_not_found", $"No function is registered under '{name}'; {hint}");
    }
}
