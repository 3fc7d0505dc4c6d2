using System.Text.Json;

namespace Sightglass.Core.Stages;

/// <summary>
/// Where an attempt reports while it runs. Every member masks secrets, keeps the order of the calls and completes when
/// there is room for more, so that awaiting it is the back-pressure. Members may be called from several threads.
/// </summary>
public abstract class StageOutput
{
    /// <summary>Adds text that the attempt printed.</summary>
    /// <param name="bytes">UTF-8; invalid bytes are recorded as U+FFFD, characters split between calls are joined.</param>
    /// <param name="stream">The stream it came from.</param>
    /// <param name="cancellationToken">Ends the wait for room; bytes accepted so far stay accepted.</param>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, OutputStream stream = OutputStream.Output, CancellationToken cancellationToken = default);

    /// <summary>Adds a log line.</summary>
    public abstract ValueTask LogAsync(LogSeverity level, string message, JsonElement? fields = null, CancellationToken cancellationToken = default);

    /// <summary>Reports progress.</summary>
    /// <param name="fraction">0 to 1.</param>
    /// <param name="message">What is being done.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public abstract ValueTask ProgressAsync(double fraction, string? message = null, CancellationToken cancellationToken = default);

    /// <summary>Records a message between agents.</summary>
    public abstract ValueTask MessageAsync(AgentMessage message, CancellationToken cancellationToken = default);

    /// <summary>Records a memory that was written or recalled.</summary>
    public abstract ValueTask MemoryAsync(AgentMemory memory, CancellationToken cancellationToken = default);

    /// <summary>Records a call of a tool.</summary>
    public abstract ValueTask ToolAsync(AgentToolCall call, CancellationToken cancellationToken = default);

    /// <summary>Records a change of the state that the stages of an execution share.</summary>
    public abstract ValueTask SharedStateAsync(string key, JsonElement? before, JsonElement? after, CancellationToken cancellationToken = default);
}

/// <summary>The stream a text came from.</summary>
public enum OutputStream
{
    /// <summary>Standard output, a model's answer, a response.</summary>
    Output,

    /// <summary>Standard error.</summary>
    Error,
}

/// <summary>Severity of a log line.</summary>
public enum LogSeverity
{
    /// <summary>For those who look for a fault.</summary>
    Debug,

    /// <summary>The usual.</summary>
    Info,

    /// <summary>Something to look at.</summary>
    Warning,

    /// <summary>Something that failed.</summary>
    Error,
}

/// <summary>A message between agents.</summary>
/// <param name="From">Who says it: a personality or a stage.</param>
/// <param name="To">Who is told.</param>
/// <param name="Kind"><c>request</c>, <c>response</c>, <c>escalation</c> or <c>delegation</c>.</param>
/// <param name="EscalationLevel"><c>none</c>, <c>agent</c>, <c>supervisor</c> or <c>human</c>.</param>
/// <param name="Payload">What is said.</param>
public sealed record AgentMessage(string From, string To, string Kind, string EscalationLevel, JsonElement Payload);

/// <summary>A memory written or recalled.</summary>
/// <param name="Operation"><c>write</c> or <c>recall</c>.</param>
/// <param name="Content">The memory.</param>
/// <param name="SourceStage">The stage it came from.</param>
public sealed record AgentMemory(string Operation, string Content, string? SourceStage);

/// <summary>A tool that an agent called.</summary>
/// <param name="Tool">Its name.</param>
/// <param name="Arguments">What it was given.</param>
/// <param name="Result">What it answered.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
public sealed record AgentToolCall(string Tool, JsonElement Arguments, JsonElement Result, double DurationMs);
