using Sightglass.Core.Executions;

namespace Sightglass.Cli.Client;

/// <summary>Where a view gets an execution from: the engine of this process, or the owner of the data folder.</summary>
internal interface IExecutionSource
{
    /// <summary>Reads the log in order and without gaps: whole lines of NDJSON, each event once.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="after">The cursor.</param>
    /// <param name="follow">Whether to go on until the execution has ended or is parked; else it stops at the end of the log.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Guid id, long after, bool follow, CancellationToken cancellationToken);

    /// <summary>Reads a value that an event only refers to.</summary>
    Task<ReadOnlyMemory<byte>> ReadValueAsync(Payload payload, CancellationToken cancellationToken);

    /// <summary>Finds why an execution stands still that has not ended.</summary>
    /// <returns>The reason; <see langword="null"/> where no defect has parked it.</returns>
    Task<string?> FindParkedAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Asks for the end of the execution.</summary>
    Task CancelAsync(Guid id, string reason);
}
