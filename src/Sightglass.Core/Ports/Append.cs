namespace Sightglass.Core.Ports;

/// <summary>One atomic addition to one log.</summary>
public sealed record Append
{
    /// <summary>Gets the execution whose log grows.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Gets the owner's epoch. The append that creates an execution names epoch 1.</summary>
    public required long Epoch { get; init; }

    /// <summary>Gets the sequence that the log must end with; 0 creates the execution.</summary>
    public required long ExpectedLast { get; init; }

    /// <summary>Gets the blocks, each going on where the one before ended; the first starts at <c>ExpectedLast + 1</c>.</summary>
    public required IReadOnlyList<AppendBlock> Blocks { get; init; }

    /// <summary>Gets the values that the events refer to. Storing one that exists already is no error.</summary>
    public IReadOnlyList<StoredValue> Values { get; init; } = [];

    /// <summary>Gets the summary row as it stands after this append; <see langword="null"/> where no decision changed it.
    /// The append that creates an execution must carry one; what it says of pipeline id, organisation, parent and creation
    /// stays, whatever later summaries say.</summary>
    public ExecutionSummary? Summary { get; init; }

    /// <summary>Gets the records to write in the same commit, in the <see cref="IRecordStore"/> that is paired with the store.
    /// If one has not the expected version, nothing of the append is applied (<see cref="AppendStatus.RecordConflict"/>);
    /// a log that stands elsewhere is told first.</summary>
    public IReadOnlyList<RecordWrite> Records { get; init; } = [];

    /// <summary>Gets the bytes of all blocks, values and records, for batching.</summary>
    public long ByteCount
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < Blocks.Count; i++) sum += Blocks[i].Bytes.Length;
            for (var i = 0; i < Values.Count; i++) sum += Values[i].Bytes.Length;
            for (var i = 0; i < Records.Count; i++) sum += Records[i].Bytes?.Length ?? 0;
            return sum;
        }
    }

    /// <summary>Refuses an append that no log could hold. Every store calls it first, so that all refuse the same.</summary>
    /// <exception cref="ArgumentException">There is no block; a block is empty, does not end a line or leaves a gap; the
    /// creating append lacks its summary or names another epoch than 1; the summary is another execution's; a reference
    /// is malformed; <see cref="RecordWrite.Validate"/> refuses the records.</exception>
    public void Validate()
    {
        if (Blocks.Count == 0) throw new ArgumentException("An append needs at least one block.");
        if (ExpectedLast < 0) throw new ArgumentException($"ExpectedLast is {ExpectedLast}; a log ends at 0 or later.");
        var next = ExpectedLast + 1;
        for (var i = 0; i < Blocks.Count; i++)
        {
            var block = Blocks[i];
            if (block.FirstSeq != next) throw new ArgumentException($"Block {i} starts at {block.FirstSeq}; it has to start at {next}.");
            if (block.Count < 1) throw new ArgumentException($"Block {i} has {block.Count} events; it needs at least one.");
            if (block.Bytes.IsEmpty || block.Bytes.Span[^1] != (byte)'\n') throw new ArgumentException($"Block {i} does not end with a line break.");
            next += block.Count;
        }

        for (var i = 0; i < Values.Count; i++)
            if (!ValueReference.TryParse(Values[i].Reference, out _)) throw new ArgumentException($"\"{Values[i].Reference}\" is no reference of a value.");
        RecordWrite.Validate(Records);
        if (Summary is not null && Summary.Id != ExecutionId) throw new ArgumentException("The summary belongs to another execution.");
        if (ExpectedLast > 0) return;
        if (Epoch != 1) throw new ArgumentException($"The append that creates an execution names epoch 1, not {Epoch}.");
        if (Summary is null) throw new ArgumentException("The append that creates an execution needs its summary.");
    }
}

/// <summary>Events that go to the log together, as they are stored and sent.</summary>
/// <param name="Kind">Whether folding the state needs these events.</param>
/// <param name="FirstSeq">Sequence of the first event.</param>
/// <param name="Count">Number of events.</param>
/// <param name="Bytes">The events as UTF-8 JSON, one a line, each line ended by <c>\n</c>.</param>
public readonly record struct AppendBlock(BlockKind Kind, long FirstSeq, int Count, ReadOnlyMemory<byte> Bytes);

/// <summary>A value too large for an event.</summary>
/// <param name="Reference"><c>sha256:</c> and the 64 hexadecimal digits of the bytes' hash.</param>
/// <param name="Bytes">The value, usually UTF-8 JSON.</param>
public readonly record struct StoredValue(string Reference, ReadOnlyMemory<byte> Bytes);

/// <summary>What a block holds.</summary>
public enum BlockKind
{
    /// <summary>Events that change the state: all that a recovery has to read.</summary>
    Decision = 0,

    /// <summary>Output, logs, progress and other reports of running stages.</summary>
    Report = 1,
}

/// <summary>Which blocks a read returns.</summary>
public enum BlockFilter
{
    /// <summary>Every block.</summary>
    All = 0,

    /// <summary>Blocks that hold decisions. Sequences may then have gaps, which the skipped reports fill.</summary>
    Decisions = 1,
}

/// <summary>How an append ended.</summary>
/// <param name="Status">Whether it is in the log.</param>
/// <param name="Last">The log's last sequence as the store knows it.</param>
/// <param name="Position">Store-wide position of the last block appended; 0 where nothing was.</param>
public readonly record struct AppendOutcome(AppendStatus Status, long Last, long Position)
{
    /// <summary>Gets the record that stood in the way of a <see cref="AppendStatus.RecordConflict"/>.</summary>
    public RecordKey? Record { get; init; }
}

/// <summary>Whether an append was applied.</summary>
public enum AppendStatus
{
    /// <summary>Durable and readable.</summary>
    Appended,

    /// <summary>Another owner has claimed the execution: the caller must stop acting for it.</summary>
    Fenced,

    /// <summary>The log does not end where the caller thought, or the execution to create exists already.</summary>
    Conflict,

    /// <summary>The execution does not exist.</summary>
    Unknown,

    /// <summary>The log stands as expected, but one of <see cref="Append.Records"/> does not.</summary>
    RecordConflict,
}
