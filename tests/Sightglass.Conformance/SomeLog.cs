using System.Globalization;
using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Conformance;

/// <summary>Builds appends for tests, which say only what matters to them.</summary>
public sealed class SomeLog
{
    public static readonly DateTimeOffset Epoch = new(2026, 11, 20, 17, 29, 3, 123, 456, TimeSpan.Zero);

    private readonly List<byte> _written = [];

    public SomeLog(DateTimeOffset? created = null) => Summary = SummaryOf(NewId(), created);

    public Guid Id => Summary.Id;

    public ExecutionSummary Summary { get; set; }

    public long Owner { get; set; } = 1;

    public long Last { get; private set; }

    /// <summary>Gets all bytes that were handed out to be appended.</summary>
    public byte[] Written => [.. _written];

    public static Guid NewId() => Guid.CreateVersion7(Epoch);

    public static ExecutionSummary SummaryOf(Guid id, DateTimeOffset? created = null) => new()
    {
        Id = id,
        PipelineId = "deploy",
        PipelineName = "Deploy",
        Status = ExecutionStatus.Queued,
        CreatedAt = created ?? Epoch,
    };

    public static StoredValue Value(int bytes, int seed = 1)
    {
        var value = new byte[bytes];
        for (var i = 0; i < bytes; i++) value[i] = (byte)((i * 31) + seed + (i >> 8));
        return new StoredValue(ValueReference.Of(value), value);
    }

    /// <summary>Blocks that go on after a sequence.</summary>
    public static AppendBlock Block(BlockKind kind, long firstSeq, int count, int padding = 0)
    {
        var text = new StringBuilder();
        for (var seq = firstSeq; seq < firstSeq + count; seq++)
            text.Append(CultureInfo.InvariantCulture, $"{{\"seq\":{seq},\"type\":\"stage.output\",\"data\":{{\"text\":\"größer {new string('x', padding)}\"}}}}\n");
        return new AppendBlock(kind, firstSeq, count, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>The append that goes on where this log stands, without noting it.</summary>
    public Append Peek(BlockKind kind = BlockKind.Decision, int count = 1, int padding = 0) => new()
    {
        ExecutionId = Id,
        Epoch = Owner,
        ExpectedLast = Last,
        Blocks = [Block(kind, Last + 1, count, padding)],
        Summary = Last == 0 ? Summary : null,
    };

    /// <summary>The append that goes on where this log stands.</summary>
    public Append Next(BlockKind kind = BlockKind.Decision, int count = 1, int padding = 0)
    {
        var append = Peek(kind, count, padding);
        Last += count;
        _written.AddRange(append.Blocks[0].Bytes.Span);
        return append;
    }

    /// <summary>The append that changes the summary.</summary>
    public Append Next(ExecutionSummary summary)
    {
        Summary = summary;
        return Next() with { Summary = summary };
    }
}
