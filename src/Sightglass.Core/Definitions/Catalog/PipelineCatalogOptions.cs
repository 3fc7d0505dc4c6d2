namespace Sightglass.Core.Definitions;

/// <summary>How a catalog watches its folder.</summary>
public sealed record PipelineCatalogOptions
{
    /// <summary>Gets how long after a change the folder is read, so that a file saved in pieces is read once.</summary>
    /// <value>100 milliseconds.</value>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets how often the folder is looked at where the system tells of no change, as on network drives.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the most files that are listed.</summary>
    /// <value>10,000.</value>
    public int MaxFiles { get; init; } = 10_000;

    /// <summary>Gets what is known of secrets, models and code. The other pipelines are those of the catalog.</summary>
    public DefinitionReadOptions Reading { get; init; } = new();

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative or longer than a day, the interval is 0, or no file may be listed.</exception>
    internal PipelineCatalogOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Debounce, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Debounce, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PollInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PollInterval, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFiles, 1);
        return this;
    }
}
