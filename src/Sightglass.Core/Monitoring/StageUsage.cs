using Sightglass.Core.Stages;

namespace Sightglass.Core.Monitoring;

/// <summary>What an attempt took, told with its end.</summary>
public sealed record StageUsage
{
    /// <summary>Gets how long it took.</summary>
    /// <value>The time between the reports of its start and its end.</value>
    public TimeSpan? Duration { get; init; }

    /// <summary>Gets what it cost in US dollars.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Gets the tokens of a model.</summary>
    public TokenUsage? Tokens { get; init; }

    /// <summary>Gets the memory and processor time it used.</summary>
    public ResourceUsage? Resources { get; init; }
}
