using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages.Code;

namespace Sightglass.Core.Scheduling;

/// <content>Running a pipeline to its end in one call.</content>
public sealed partial class PipelineEngine
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    /// <summary>Runs the pipeline of <see cref="PipelineEngineOptions.Pipeline"/> and waits for its end.</summary>
    /// <param name="input">A text, which fills the only required input or else the first one, or an object of inputs by name;
    /// nothing where the pipeline needs none.</param>
    /// <param name="onStageOutput">As of the other form.</param>
    /// <param name="cancellationToken">Ends the wait; the execution goes on.</param>
    /// <exception cref="InvalidOperationException">The options name no pipeline.</exception>
    public Task<ExecutionResult> ExecuteAsync(object? input, Action<string, string>? onStageOutput = null, CancellationToken cancellationToken = default) =>
        ExecuteAsync(RequestFor(input), onStageOutput, cancellationToken);

    /// <summary>Starts an execution and waits for its end.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="onStageOutput">Is told what stages print: the stage's key and the text, in the order of the log and each
    /// once, when it is committed. It is called on the thread that follows the log; an exception of it ends the wait.</param>
    /// <param name="cancellationToken">Ends the wait; the execution goes on.</param>
    public async Task<ExecutionResult> ExecuteAsync(StartRequest request, Action<string, string>? onStageOutput = null, CancellationToken cancellationToken = default)
    {
        var started = await StartAsync(request).ConfigureAwait(false);
        if (started.ExecutionId is not { } id) return ExecutionResult.Refused(started.Problems);
        if (onStageOutput is null) await WaitForEndAsync(id, cancellationToken).ConfigureAwait(false);
        else await FollowAsync(id, 0, onStageOutput, untilStop: false, cancellationToken).ConfigureAwait(false);
        return await ResultAsync(id).ConfigureAwait(false);
    }

    /// <summary>Makes the request that a bare input stands for.</summary>
    internal StartRequest RequestFor(object? input)
    {
        var pipeline = _options.Pipeline ?? throw new InvalidOperationException("The engine runs no pipeline by itself: set PipelineEngineOptions.Pipeline, or give a StartRequest.");
        return new StartRequest { Definition = pipeline, Input = input as JsonElement? ?? (input is null ? null : JsonSerializer.SerializeToElement(input, input.GetType(), CodeRegistry.Json)) };
    }

    /// <summary>Reads how an execution stands.</summary>
    internal async Task<ExecutionResult> ResultAsync(Guid id) =>
        await ReadStateAsync(id, s => new ExecutionResult(id, s.Status, s.Output, s.Error ?? GetParked(id), []) { StoppedAt = s.Stop?.Stage }).ConfigureAwait(false)
        ?? throw new InvalidOperationException($"Execution {id} is not in the store any more.");

    /// <summary>Follows a log and tells what stages print.</summary>
    /// <returns>The first stop after the cursor, where it is to wait for one; nothing where the execution has ended.</returns>
    internal async Task<ExecutionEvent?> FollowAsync(Guid id, long after, Action<string, string>? onStageOutput, bool untilStop, CancellationToken cancellationToken)
    {
        var seen = after;
        await foreach (var step in Follower.FollowAsync(id, after, Quiet, cancellationToken).ConfigureAwait(false))
        {
            foreach (var e in step.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes)))
            {
                if (e.Seq <= seen) continue;
                seen = e.Seq;
                if (e is { Stage: { } stage, Data: StageOutputWritten { Text: var text } }) onStageOutput?.Invoke(stage, text);
                if (untilStop && e.Data is DebugPaused) return e;
            }

            if (step.Ended || step.Parked is not null) return null;
        }

        return null;
    }
}
