using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <summary>What one turn of an actor will append: events encoded as they come, in blocks of one kind. Owned by the actor.</summary>
internal sealed class PendingAppend : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;
    private readonly List<(BlockKind Kind, long FirstSeq, int Count, int Start)> _blocks = [];
    private readonly List<StoredValue> _values = [];
    private readonly List<RecordWrite> _records = [];
    private long _valueBytes;

    public PendingAppend() => _writer = new Utf8JsonWriter(_buffer, EventJson.WriterOptions);

    /// <summary>Gets the decisions, for who measures them once they are committed.</summary>
    public List<ExecutionEvent> Decisions { get; } = [];

    public List<Effect> Effects { get; } = [];

    public List<(TaskCompletionSource<CommandAnswer> Asked, CommandAnswer Answer)> Answers { get; } = [];

    public List<AttemptOutput> Outputs { get; } = [];

    public List<QueryMessage> Queries { get; } = [];

    public bool IsEmpty => _blocks.Count == 0;

    /// <summary>Gets the records that go with it; they may be there without any event.</summary>
    public IReadOnlyList<RecordWrite> Records => _records;

    public bool HasDecisions { get; private set; }

    /// <summary>Gets the bytes that wait, values included.</summary>
    public long ByteCount => _buffer.WrittenCount + _valueBytes;

    /// <summary>Gets the sequence before the first event.</summary>
    public long ExpectedLast => _blocks[0].FirstSeq - 1;

    public void Add(Decision decision)
    {
        foreach (var e in decision.Events)
        {
            Open(BlockKind.Decision, e.Seq);
            EventJson.WriteLine(_writer, _buffer, e);
            HasDecisions = true;
            Decisions.Add(e);
        }

        AddValues(decision.Values);
        Effects.AddRange(decision.Effects);
    }

    public void AddReport(ExecutionEvent e)
    {
        Open(BlockKind.Report, e.Seq);
        EventJson.WriteLine(_writer, _buffer, e);
    }

    public void AddRecords(IEnumerable<RecordWrite> records) => _records.AddRange(records);

    public void AddValues(IReadOnlyList<StoredValue> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            _values.Add(values[i]);
            _valueBytes += values[i].Bytes.Length;
        }
    }

    /// <summary>Gives a value that waits with it; nothing where there is no such one.</summary>
    public ReadOnlyMemory<byte> FindValue(string? reference)
    {
        for (var i = 0; i < _values.Count; i++)
            if (_values[i].Reference == reference) return _values[i].Bytes;
        return default;
    }

    /// <summary>Adds text without making a string of it.</summary>
    public void AddText(long seq, DateTimeOffset time, Guid executionId, AttemptOutput from, string stream, ReadOnlySpan<byte> text, long offset)
    {
        Open(BlockKind.Report, seq);
        EventJson.WriteHead(_writer, seq, time, executionId, "stage.output", from.Stage, from.Attempt, from.Iteration);
        _writer.WriteStartObject();
        _writer.WriteString("text"u8, text);
        _writer.WriteString("stream"u8, stream);
        _writer.WriteNumber("offset"u8, offset);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
        _writer.Flush();
        _buffer.GetSpan(1)[0] = (byte)'\n';
        _buffer.Advance(1);
        _writer.Reset(_buffer);
    }

    /// <summary>Makes the append; its bytes are a copy of their own, shared from then on by the store and every viewer.</summary>
    public Append Build(Guid executionId, long epoch, ExecutionSummary? summary)
    {
        ReadOnlyMemory<byte> bytes = _buffer.WrittenSpan.ToArray();
        var blocks = new AppendBlock[_blocks.Count];
        for (var i = 0; i < blocks.Length; i++)
        {
            var (kind, first, count, start) = _blocks[i];
            var end = i + 1 < blocks.Length ? _blocks[i + 1].Start : bytes.Length;
            blocks[i] = new AppendBlock(kind, first, count, bytes[start..end]);
        }

        return new Append
        {
            ExecutionId = executionId,
            Epoch = epoch,
            ExpectedLast = ExpectedLast,
            Blocks = blocks,
            Values = _values.Count == 0 ? [] : [.. _values],
            Records = _records.Count == 0 ? [] : [.. _records],
            Summary = summary,
        };
    }

    public void Clear()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        _blocks.Clear();
        _values.Clear();
        _valueBytes = 0;
        Decisions.Clear();
        _records.Clear();
        Effects.Clear();
        Answers.Clear();
        Outputs.Clear();
        Queries.Clear();
        HasDecisions = false;
    }

    public void Dispose() => _writer.Dispose();

    private void Open(BlockKind kind, long seq)
    {
        if (_blocks.Count > 0 && _blocks[^1].Kind == kind)
        {
            var last = _blocks[^1];
            _blocks[^1] = last with { Count = last.Count + 1 };
            return;
        }

        _blocks.Add((kind, seq, 1, _buffer.WrittenCount));
    }
}
