namespace Sightglass.Core.Scheduling;

/// <summary>Limits of what an attempt prints, logs and reports on its way into the log.</summary>
public sealed record OutputOptions
{
    /// <summary>Gets the most bytes of text of one attempt's standard output and error together, where its stage sets no
    /// <c>output.maxBytes</c>; 0 or more. What is printed beyond is dropped, and the log says so.</summary>
    /// <value>1 GiB.</value>
    public long MaxStreamBytes { get; init; } = 1L << 30;

    /// <summary>Gets how many bytes may wait for the log; an attempt that comes to it waits. 1 or more.</summary>
    /// <value>262,144 bytes (256 KiB).</value>
    public int MaxWaitingBytes { get; init; } = 256 * 1024;

    /// <summary>Gets how many texts, logs and reports may wait for the log; an attempt that comes to it waits. 1 or more.</summary>
    /// <value>1024.</value>
    public int MaxWaitingItems { get; init; } = 1024;

    /// <summary>Gets how many bytes go into one append of the log; 1 or more.</summary>
    /// <value>16,384 bytes (16 KiB).</value>
    public int BatchBytes { get; init; } = 16 * 1024;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below its least.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxStreamBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaitingBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaitingItems, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchBytes, 1);
    }
}
