using System.Collections.Concurrent;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Expressions;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Core.Scheduling;

/// <summary>Runs attempts that have been handed out and tells their owner how they ended.</summary>
internal sealed class StageWorker(
    IReadOnlyDictionary<string, IStageType> types,
    Func<Guid, string, string?> secrets,
    TimeProvider time,
    TimeSpan grace,
    OutputOptions outputs)
{
    private readonly ConcurrentDictionary<RunningAttempt, WorkInHand> _inHand = new();

    /// <summary>Lists what it runs now.</summary>
    public IReadOnlyList<WorkInHand> List() => [.. _inHand.Values];

    /// <summary>Runs one attempt; never throws.</summary>
    public async Task RunAsync(ExecutionActor owner, RunningAttempt attempt)
    {
        var from = time.GetTimestamp();
        _inHand[attempt] = new WorkInHand(owner.Id, attempt.Start.Stage, attempt.Start.Plan.Type, attempt.Start.Attempt, time.GetUtcNow());
        StageResult result;
        AttemptOutput? output = null;
        try
        {
            var start = attempt.Start;
            var patterns = Reveal(owner, start, out var input, out var missing);
            var maxBytes = start.Plan.Definition.Output?.MaxBytes ?? outputs.MaxStreamBytes;
            output = new AttemptOutput(owner, start.Stage, start.Attempt, start.Iteration, patterns, outputs, maxBytes);
            result = missing is null
                ? await RunTypeAsync(owner, attempt, input, output, patterns).ConfigureAwait(false)
                : StageResult.Failed(ErrorCodes.SecretMissing, $"The secret '{missing}' is not configured: set SIGHTGLASS_SECRET_{missing} or add it to the secrets file.");
            result = Checked(result, patterns);
        }
        catch (OperationCanceledException) when (attempt.Token.IsCancellationRequested)
        {
            result = attempt.TimedOut ? TimedOut(attempt) : StageResult.Cancelled();
        }
        catch (Exception e)
        {
            result = StageResult.Failed(ErrorCodes.InternalError, $"The stage type '{attempt.Start.Plan.Type}' threw {e.GetType().Name}: {e.Message}", e.StackTrace);
        }

        output?.Close();
        _inHand.TryRemove(attempt, out _);
        owner.PostFinished(attempt, output, result, time.GetElapsedTime(from).TotalMilliseconds);
    }

    private async Task<StageResult> RunTypeAsync(ExecutionActor owner, RunningAttempt attempt, JsonElement input, AttemptOutput output, SecretPatterns patterns)
    {
        var start = attempt.Start;
        var name = start.IsUndo ? start.Plan.UndoType : start.Plan.Type;
        if (!types.TryGetValue(name, out var type))
            return StageResult.Failed("stage_type_missing", $"This worker cannot run stages of type '{name}'.");
        using var timer = LimitOf(start) is { } limit ? time.CreateTimer(static a => ((RunningAttempt)a!).TimeOut(), attempt, limit, Timeout.InfiniteTimeSpan) : null;
        var result = await type.RunAsync(
            new StageRun
            {
                ExecutionId = owner.Id,
                Stage = start.Stage,
                Attempt = start.Attempt,
                Iteration = Math.Max(1, start.Iteration),
                Definition = start.Plan.Definition,
                Pipeline = owner.Plan.Definition,
                Input = input,
                Output = output,
                Secrets = patterns,
                IdempotencyKey = $"{owner.Id}/{start.Stage}/{Math.Max(1, start.Iteration)}{(start.IsUndo ? "/undo" : "")}",
                BaseFolder = owner.BaseFolder,
                Grace = grace,
                Time = time,
            },
            attempt.Token).ConfigureAwait(false);
        return attempt.TimedOut && result.Outcome != StageOutcome.Completed ? TimedOut(attempt) with { Output = result.Output, Resources = result.Resources } : result;
    }

    private static TimeSpan? LimitOf(StartAttempt start) =>
        start.IsUndo ? start.Plan.Definition.Undo!.Timeout?.Value ?? start.Plan.Timeout : start.Plan.Timeout;

    private static StageResult TimedOut(RunningAttempt attempt)
    {
        var limit = LimitOf(attempt.Start) ?? TimeSpan.Zero;
        return StageResult.Failed(ErrorCodes.Timeout, $"It took longer than {new Definitions.Duration(limit)} and was stopped.");
    }

    private SecretPatterns Reveal(ExecutionActor owner, StartAttempt start, out JsonElement input, out string? missing)
    {
        missing = null;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in start.Input.SecretNames)
        {
            if (secrets(owner.Id, name) is { } value) found[name] = value;
            else missing ??= name;
        }

        var json = missing is null ? start.Input.Reveal(name => found[name]) : start.Input.Json;
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        input = JsonElement.ParseValue(ref reader);
        return found.Count == 0 ? SecretPatterns.None : SecretPatterns.Create(found.Values);
    }

    private static StageResult Checked(StageResult result, SecretPatterns patterns)
    {
        if (result.Output.Length > ExecutionLimits.MaxOutputBytes)
        {
            return StageResult.Failed(
                ErrorCodes.OutputTooLarge,
                $"The output has {result.Output.Length} bytes; the most is {ExecutionLimits.MaxOutputBytes}. Write it to a file and return its path.") with { Resources = result.Resources };
        }

        if (Compact(result.Output) is not { } output)
            return StageResult.Failed(ErrorCodes.InternalError, "The stage type returned an output that is no JSON.") with { Resources = result.Resources };
        result = result with { Output = output };
        if (patterns.IsEmpty) return result;
        var error = result.Error;
        return result with
        {
            Output = result.Output.IsEmpty ? result.Output : patterns.MaskJson(result.Output),
            Error = error is null ? null : new StageError(error.Code, patterns.MaskText(error.Message), error.Detail is null ? null : patterns.MaskText(error.Detail)),
        };
    }

    /// <summary>Gives the output on one line, since events are lines; null where it is no JSON.</summary>
    private static ReadOnlyMemory<byte>? Compact(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty) return json;
        json = JsonText.Mend(json);
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
            while (reader.Read())
            {
            }

            if (!json.Span.ContainsAny("\n\r"u8)) return json;
            reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
            return JsonSerializer.SerializeToUtf8Bytes(JsonElement.ParseValue(ref reader), PayloadJsonContext.Relaxed.JsonElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
