namespace Sightglass.Core.Webhooks;

/// <summary>Bounds of webhooks that nobody needs to change; the others are in <see cref="WebhookOptions"/>.</summary>
public static class WebhookLimits
{
    /// <summary>The most characters of an address that is given with a start.</summary>
    public const int MaxUrlChars = 2000;

    /// <summary>How many deliveries are saved at once.</summary>
    internal const int MaxBatch = 100;

    /// <summary>The most characters of them.</summary>
    internal const int MaxBatchChars = 4 * 1024 * 1024;

    /// <summary>How many executions' webhooks are kept; then all are read again.</summary>
    internal const int MaxKnown = 1000;

    /// <summary>The rest of a receiver that has failed; each is twice the one before.</summary>
    internal static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    /// <summary>The longest rest of a receiver that fails.</summary>
    internal static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);
}
