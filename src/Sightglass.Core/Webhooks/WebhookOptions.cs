using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sightglass.Core.Webhooks;

/// <summary>How results are delivered.</summary>
public sealed record WebhookOptions
{
    /// <summary>Gets what finds a secret by its name.</summary>
    /// <value>Finds none.</value>
    public Func<string, string?> FindSecret { get; init; } = static _ => null;

    /// <summary>Gets whether private, loopback and link-local addresses may be told.</summary>
    /// <value>False.</value>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>Gets hosts (<c>name</c> or <c>name:port</c>) that may be told though their addresses are private.</summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> AllowedHosts { get; init; } = [];

    /// <summary>Gets how often one delivery is tried.</summary>
    /// <value>12.</value>
    public int MaxAttempts { get; init; } = 12;

    /// <summary>Gets how long one delivery is tried.</summary>
    /// <value>24 hours.</value>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Gets the delay before the second attempt; each is twice the one before, and between half and all of it is waited.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the longest delay that is not asked for by the receiver.</summary>
    /// <value>2 hours.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Gets how long one attempt may take.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets how many deliveries are under way at once; those to receivers that fail have half of it.</summary>
    /// <value>32.</value>
    public int MaxConcurrent { get; init; } = 32;

    /// <summary>Gets how many deliveries to one receiver (scheme, host and port) are under way at once; one while it fails.</summary>
    /// <value>4.</value>
    public int MaxConcurrentPerTarget { get; init; } = 4;

    /// <summary>Gets how many deliveries may wait for one receiver; further ones are dead letters at once.</summary>
    /// <value>20,000.</value>
    public int MaxWaitingPerTarget { get; init; } = 20_000;

    /// <summary>Gets how long dead letters are kept.</summary>
    /// <value>30 days.</value>
    public TimeSpan KeepDead { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Gets how many deliveries the list of recent ones holds.</summary>
    /// <value>200.</value>
    public int Recent { get; init; } = 200;

    /// <summary>Gets how often the place in the log is saved while there is nobody to tell.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan SavePlace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets how long it waits before it tries again what the store could not do.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan StoreRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the organisation whose records these are.</summary>
    /// <value><c>default</c>.</value>
    public string Organization { get; init; } = "default";

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets the source of jitter.</summary>
    public Random Random { get; init; } = new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <summary>Gets where it logs what it does.</summary>
    /// <value>Nowhere.</value>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1, a time is not positive, or a pause is longer than a day.</exception>
    internal WebhookOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrent, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentPerTarget, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaitingPerTarget, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Recent);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(GiveUpAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(KeepDead, TimeSpan.Zero);
        foreach (var time in (ReadOnlySpan<TimeSpan>)[FirstDelay, MaxDelay, Timeout, SavePlace, StoreRetry])
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromDays(1));
        }

        return this;
    }
}
