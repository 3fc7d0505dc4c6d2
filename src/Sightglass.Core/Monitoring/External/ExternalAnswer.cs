namespace Sightglass.Core.Monitoring.External;

/// <summary>What became of a start or a batch that another program reported.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Code"><c>recorded</c>, <c>repeated</c> where it had been recorded before, or why it is refused.</param>
/// <param name="Message">The same in a sentence.</param>
/// <param name="Last">The last sequence of the log after it.</param>
public sealed record ExternalAnswer(Guid ExecutionId, string Code, string Message, long Last = 0)
{
    /// <summary>Gets whether it is in the log.</summary>
    public bool IsRecorded => Code is "recorded" or "repeated";

    /// <summary>Gets what is wrong with which event, by its place in the batch from 0.</summary>
    public IReadOnlyList<ExternalProblem> Problems { get; init; } = [];
}

/// <summary>What is wrong with one event of a batch.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Message">What is wrong and what to change.</param>
public sealed record ExternalProblem(int Index, string Code, string Message);
