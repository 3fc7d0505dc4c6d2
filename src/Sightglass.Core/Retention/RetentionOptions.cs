namespace Sightglass.Core.Retention;

/// <summary>How long ended executions are kept, by pipeline. Running executions are never deleted.</summary>
public sealed record RetentionOptions
{
    /// <summary>Gets what holds where nothing else is said.</summary>
    /// <value>Everything is kept.</value>
    public RetentionRule Default { get; init; } = RetentionRule.KeepAll;

    /// <summary>Gets what finds the rule that a pipeline's file gives; what it leaves open is taken from <see cref="Default"/>.</summary>
    /// <value>Finds none.</value>
    public Func<string, RetentionRule?> OfPipeline { get; init; } = static _ => null;

    /// <summary>Gets the rules of pipelines by id; they come before <see cref="OfPipeline"/>.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, RetentionRule> Overrides { get; init; } = new Dictionary<string, RetentionRule>();

    /// <summary>Gets how long the tombstones of deleted executions are kept; <see langword="null"/> for ever. After that an
    /// execution's address is answered as if there had never been one.</summary>
    /// <value>For ever.</value>
    public TimeSpan? Tombstones { get; init; }

    /// <summary>Gets the time between two looks for what may go.</summary>
    /// <value>5 minutes.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An age or the interval is not positive, or a count is negative.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Interval, TimeSpan.Zero);
        if (Tombstones is { } kept) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(kept, TimeSpan.Zero, nameof(Tombstones));
        Default.Validate(nameof(Default));
        foreach (var rule in Overrides.Values) rule.Validate(nameof(Overrides));
    }

    /// <summary>Gives the rule of a pipeline.</summary>
    public RetentionRule For(string pipelineId)
    {
        var rule = OfPipeline(pipelineId)?.Or(Default) ?? Default;
        return Overrides.TryGetValue(pipelineId, out var own) ? own.Or(rule) : rule;
    }
}
