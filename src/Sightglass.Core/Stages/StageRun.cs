using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Core.Stages;

/// <summary>One attempt of one stage: what its type gets to work with.</summary>
public sealed record StageRun
{
    /// <summary>Gets the execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Gets the stage's key, <c>rewrite</c> or <c>rewrite[3]</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets the attempt, from 1, counting on through retries.</summary>
    public required int Attempt { get; init; }

    /// <summary>Gets the iteration of a repeated stage, from 1.</summary>
    public int Iteration { get; init; } = 1;

    /// <summary>Gets the definition of the stage.</summary>
    public required StageDefinition Definition { get; init; }

    /// <summary>Gets the pipeline the stage belongs to.</summary>
    public required PipelineDefinition Pipeline { get; init; }

    /// <summary>Gets the stage's body with every expression resolved, secrets in plain. Its shape is that of the body
    /// in the pipeline file (<see cref="ShellDefinition"/> …). It must not be recorded.</summary>
    public required JsonElement Input { get; init; }

    /// <summary>Gets where everything the attempt says goes. Text is masked there.</summary>
    public required StageOutput Output { get; init; }

    /// <summary>Gets the key under which outside systems can recognise a repeated run: execution, stage, iteration.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Gets the folder that relative paths start from: the pipeline file's.</summary>
    public required string BaseFolder { get; init; }

    /// <summary>Gets the time between the request to stop and the end by force.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Gets the secrets of <see cref="Input"/>. What a type puts together from a stream's end for its result it
    /// masks first: a cut through a secret would leave a half that no mask finds.</summary>
    internal SecretPatterns Secrets { get; init; } = SecretPatterns.None;
}

/// <summary>How an attempt ended.</summary>
public enum StageOutcome
{
    /// <summary>It did its work.</summary>
    Completed,

    /// <summary>It failed; the definition says whether it is tried again.</summary>
    Failed,

    /// <summary>It stopped because it was told to.</summary>
    Cancelled,
}

/// <summary>The result of an attempt.</summary>
public sealed record StageResult
{
    /// <summary>Gets how it ended.</summary>
    public required StageOutcome Outcome { get; init; }

    /// <summary>Gets the output as compact UTF-8 JSON, at most 10 MB; empty means null. A failed attempt may have one too
    /// (a shell stage's exit code and texts).</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>Gets the error of a failed attempt.</summary>
    public StageError? Error { get; init; }

    /// <summary>Gets what it cost in US dollars.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Gets the tokens of a model.</summary>
    public TokenUsage? Tokens { get; init; }

    /// <summary>Gets what it used.</summary>
    public ResourceUsage? Resources { get; init; }

    /// <summary>Makes a success.</summary>
    public static StageResult Completed(ReadOnlyMemory<byte> output = default) => new() { Outcome = StageOutcome.Completed, Output = output };

    /// <summary>Makes a failure.</summary>
    public static StageResult Failed(string code, string message, string? detail = null) =>
        new() { Outcome = StageOutcome.Failed, Error = new StageError(code, message, detail) };

    /// <summary>Makes the answer to a cancellation.</summary>
    public static StageResult Cancelled() => new() { Outcome = StageOutcome.Cancelled };
}

/// <summary>Why something failed.</summary>
/// <param name="Code">Stable code, listed in <c>docs/reference/errors.md</c>.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Detail">More, such as the last lines of standard error.</param>
public sealed record StageError(string Code, string Message, string? Detail = null);

/// <summary>Tokens that a model counted.</summary>
/// <param name="Input">Tokens of the prompt.</param>
/// <param name="Output">Tokens of the answer.</param>
public sealed record TokenUsage(long Input, long Output);

/// <summary>What an attempt used.</summary>
/// <param name="CpuMs">Processor time of the whole process tree, in milliseconds.</param>
/// <param name="PeakMemoryBytes">Largest resident memory of the tree, in bytes.</param>
/// <param name="CpuPercent">Processor time over duration, 100 for one full core.</param>
public sealed record ResourceUsage(double CpuMs, long PeakMemoryBytes, double CpuPercent);
