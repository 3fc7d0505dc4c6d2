using System.Text.Json;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.External;

/// <summary>Events of one execution that another program reports, recorded together or not at all.</summary>
public sealed record ExternalBatch
{
    /// <summary>Gets the execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Gets the events: an array of objects with <c>type</c>, <c>stage</c>, <c>data</c> and, where it is known, <c>time</c>.</summary>
    public required JsonElement Events { get; init; }

    /// <summary>Gets the number of the batch, from 1 without gaps: one that was recorded already is answered as then.</summary>
    public long? Number { get; init; }

    /// <summary>Gets what makes a repetition known where the batch has no number.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }
}
