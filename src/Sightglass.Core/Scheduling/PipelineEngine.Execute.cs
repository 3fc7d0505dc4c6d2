using Sightglass.Core.Executions;

namespace Sightglass.Core.Scheduling;

/// <content>Running a pipeline to its end in one call.</content>
public sealed partial class PipelineEngine
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    /// <summary>Starts an execution and waits for its end.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="onStageOutput">Is told what stages print: the stage's key and the text, in the order of the log and each
    /// once, when it is committed. It is called on the thread that follows the log; an exception of it ends the wait.</param>
    /// <param name="cancellationToken">Ends the wait; the execution goes on.</param>
    public async Task<ExecutionResult> ExecuteAsync(StartRequest request, Action<string, string>? onStageOutput = null, CancellationToken cancellationToken = default)
    {
        var started = await StartAsync(request).ConfigureAwait(false);
        if (started.ExecutionId is not { } id) return new ExecutionResult(null, ExecutionStatus.Failed, null, null, started.Problems);
        if (onStageOutput is null) await WaitForEndAsync(id, cancellationToken).ConfigureAwait(false);
        else await FollowOutputAsync(id, onStageOutput, cancellationToken).ConfigureAwait(false);
        var result = await ReadStateAsync(id, s => new ExecutionResult(id, s.Status, s.Output, s.Error, [])).ConfigureAwait(false);
        return result ?? throw new InvalidOperationException($"Execution {id} is not in the store any more.");
    }

    private async Task FollowOutputAsync(Guid id, Action<string, string> onStageOutput, CancellationToken cancellationToken)
    {
        var seen = 0L;
        await foreach (var step in Follower.FollowAsync(id, 0, Quiet, cancellationToken).ConfigureAwait(false))
        {
            foreach (var e in step.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes)))
            {
                if (e.Seq <= seen) continue;
                seen = e.Seq;
                if (e is { Stage: { } stage, Data: StageOutputWritten { Text: var text } }) onStageOutput(stage, text);
            }

            if (step.Ended) return;
        }
    }
}
