namespace Sightglass.Core.Executions;

/// <summary>Bounds of logs that are taken from elsewhere.</summary>
public static class TransferLimits
{
    /// <summary>The most bytes of a log and its values together, unpacked: they are stored in one commit.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

    /// <summary>The most values of a log.</summary>
    public const int MaxValues = 10_000;

    /// <summary>How many bytes of events go into one block.</summary>
    internal const int BlockBytes = 256 * 1024;
}
