namespace Sightglass.Core.Stages.Http;

/// <summary>Settings of the <c>http</c> stage type.</summary>
public sealed record HttpStageOptions
{
    /// <summary>Gets whether private, loopback and link-local addresses may be reached.</summary>
    /// <value>False.</value>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>Gets hosts (<c>name</c> or <c>name:port</c>) that may be reached though their addresses are private.</summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> AllowedHosts { get; init; } = [];

    /// <summary>Gets the most bytes of a response, decompressed; a stage may ask for less.</summary>
    /// <value>10 MB.</value>
    public long MaxResponseBytes { get; init; } = 10 << 20;

    /// <summary>Gets how many redirects are followed at most; a stage may ask for fewer.</summary>
    /// <value>5.</value>
    public int MaxRedirects { get; init; } = 5;

    /// <summary>Gets how long connecting may take, the search for the name and TLS included.</summary>
    /// <value>15 seconds.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets how long the other side may be silent: before the first byte and between two.</summary>
    /// <value>100 seconds.</value>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative or above what an output may have, redirects are more than 100, or a time is not positive or longer than a day.</exception>
    internal HttpStageOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxResponseBytes, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxResponseBytes, Executions.ExecutionLimits.MaxOutputBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRedirects, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxRedirects, 100);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConnectTimeout, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SilenceTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SilenceTimeout, TimeSpan.FromDays(1));
        return this;
    }
}
