namespace Sightglass.Core.Ports;

/// <summary>Events of one log as they were committed together.</summary>
/// <param name="Position">Store-wide position, rising with every block; never reused.</param>
/// <param name="ExecutionId">The execution the events belong to.</param>
/// <param name="Kind">What the block holds.</param>
/// <param name="FirstSeq">Sequence of the first event.</param>
/// <param name="Count">Number of events.</param>
/// <param name="Bytes">The events, one a line, each line ended by <c>\n</c>; shared by all readers, never changed.</param>
public sealed record EventBlock(long Position, Guid ExecutionId, BlockKind Kind, long FirstSeq, int Count, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Gets the sequence of the last event.</summary>
    public long LastSeq => FirstSeq + Count - 1;
}

/// <summary>A part of one log.</summary>
/// <param name="Blocks">Whole blocks in order of their sequence.</param>
/// <param name="Last">Last sequence of the log at the time of the read, 0 for an unknown execution.</param>
/// <param name="Ended">Whether the execution stood ended at that sequence.</param>
public sealed record LogPage(IReadOnlyList<EventBlock> Blocks, long Last, bool Ended);

/// <summary>The store cannot commit or read for now; nothing was lost. The message says what to mend.</summary>
public sealed class StoreUnavailableException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">Stable code, such as <c>disk_full</c>, <c>read_only</c>, <c>database_locked</c>, <c>database_damaged</c>.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The driver's error.</param>
    public StoreUnavailableException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>Gets the stable code.</summary>
    public string Code { get; }
}
