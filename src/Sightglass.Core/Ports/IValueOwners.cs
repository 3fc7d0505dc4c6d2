namespace Sightglass.Core.Ports;

/// <summary>Says whose a stored value is: it is kept once for all executions that carry it, and knowing its hash is no right to
/// read it. Beside <see cref="IEventStore"/>, by the same store.</summary>
/// <remarks>
/// Duties of an implementation:
/// <list type="bullet">
/// <item>An execution holds a value from the append on that named it, until the execution is deleted.</item>
/// <item>Members may be called from any thread at any time, and cost no more than a bounded number of seeks.</item>
/// </list>
/// </remarks>
public interface IValueOwners
{
    /// <summary>How many of the executions that hold a value are looked at, the newest first, where none is named.</summary>
    const int MaxHolders = 10_000;

    /// <summary>Tells whether an execution holds a value.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="reference">The reference of the value.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<bool> HoldsValueAsync(Guid executionId, string reference, CancellationToken cancellationToken = default);

    /// <summary>Tells whether one of the newest executions that hold a value is an organisation's.</summary>
    /// <param name="reference">The reference of the value.</param>
    /// <param name="organization">The organisation.</param>
    /// <param name="pipelineIds">The pipelines that count; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<bool> IsValueHeldAsync(string reference, string organization, IReadOnlyCollection<string>? pipelineIds, CancellationToken cancellationToken = default);
}
