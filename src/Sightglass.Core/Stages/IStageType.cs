namespace Sightglass.Core.Stages;

/// <summary>
/// Runs the attempts of one type of stage. Registered once, used for many attempts at the same time.
/// </summary>
/// <remarks>
/// Duties of an implementation:
/// <list type="bullet">
/// <item>What it prints goes to <see cref="StageRun.Output"/> as it comes; awaiting the write is the back-pressure.</item>
/// <item>It watches the token: cancellation means the grace has begun. It ends what it started, children of children
/// included, before its task completes, and returns <see cref="StageOutcome.Cancelled"/>.</item>
/// <item>Failures of the work are results with a code. An exception is recorded as <c>internal_error</c>.</item>
/// <item>It keeps no state between attempts and reads no clock but <see cref="StageRun.Time"/>.</item>
/// </list>
/// </remarks>
public interface IStageType
{
    /// <summary>Gets the name that pipeline files use.</summary>
    string Name { get; }

    /// <summary>Runs one attempt to its end.</summary>
    /// <param name="run">What to run and where to report.</param>
    /// <param name="cancellationToken">Signalled when the attempt is to stop: cancelled or timed out.</param>
    Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken);
}
