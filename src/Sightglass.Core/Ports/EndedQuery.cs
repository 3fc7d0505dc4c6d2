namespace Sightglass.Core.Ports;

/// <summary>Which ended executions of a pipeline to list: those beyond a number of newest ones, those that ended before a
/// moment, or, with both, those that are either. With neither, all.</summary>
public sealed record EndedQuery
{
    /// <summary>Gets the pipeline.</summary>
    public required string PipelineId { get; init; }

    /// <summary>Gets a moment: executions that ended before it are listed.</summary>
    public DateTimeOffset? EndedBefore { get; init; }

    /// <summary>Gets a number: ended executions beyond that many newest ones, by creation, are listed.</summary>
    public int? BeyondNewest { get; init; }

    /// <summary>Gets how many to return, 1 to 1000.</summary>
    /// <value>100.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Refuses a query that no store answers. Every store calls it first.</summary>
    /// <exception cref="ArgumentException">The limit is not 1 to 1000, or <see cref="BeyondNewest"/> is negative.</exception>
    public void Validate()
    {
        if (Limit is < 1 or > ExecutionQuery.MaxLimit) throw new ArgumentException($"The limit is {Limit}; it may be 1 to {ExecutionQuery.MaxLimit}.");
        if (BeyondNewest is < 0) throw new ArgumentException($"BeyondNewest is {BeyondNewest}; it may be 0 or more.");
    }
}
