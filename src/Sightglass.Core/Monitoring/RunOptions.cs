namespace Sightglass.Core.Monitoring;

/// <summary>What is known of a run when it starts, beside its pipeline.</summary>
public sealed record RunOptions
{
    /// <summary>Gets the input, any value that can be written as JSON.</summary>
    public object? Input { get; init; }

    /// <summary>Gets the id that an outside system knows it by.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Gets the labels: at most 32, of at most 200 characters each.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Gets who asked for it.</summary>
    public string? RequestedBy { get; init; }
}
