using System.Runtime.InteropServices;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Ports;

/// <summary>Keeps all logs in memory, for tests, simulation and programs that need no history after they end.</summary>
/// <remarks>No event is dropped but those of what is erased or forgotten: memory grows with what is appended. Every member completes
/// synchronously.</remarks>
/// <param name="time">The clock by which records expire; <see langword="null"/> for the system's.</param>
/// <param name="keepEnded">How many ended executions are kept; of more, the one that ended first is forgotten whole, its
/// values included where no other has them. All by default.</param>
public sealed partial class InMemoryEventStore(TimeProvider? time = null, int keepEnded = int.MaxValue) : IEventStore, IRecordStore, IStoreUpkeep, IValueOwners
{
    private const long MicrosecondTicks = TimeSpan.TicksPerMicrosecond;

    // Owned by whoever holds _gate. Blocks are immutable once in a list; readers copy references out under the lock.
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Log> _logs = [];
    private readonly List<Log> _byCreation = [];
    private readonly List<EventBlock> _byPosition = [];
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private readonly InMemoryRecords _records = new(time ?? TimeProvider.System);
    private long _lastPosition;
    private bool _disposed;

    /// <inheritdoc/>
    public ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(append);
        append.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(Apply(append));
        }
    }

    /// <inheritdoc/>
    public ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_logs.TryGetValue(executionId, out var log)) return ValueTask.FromResult(new LogPage([], 0, false));
            var page = new List<EventBlock>();
            var bytes = 0L;
            for (var i = after < log.Last ? log.IndexOf(after + 1) : log.Blocks.Count; i < log.Blocks.Count; i++)
            {
                var block = log.Blocks[i];
                if (filter == BlockFilter.Decisions && block.Kind != BlockKind.Decision) continue;
                page.Add(block);
                bytes += block.Bytes.Length;
                if (bytes >= maxBytes) break;
            }

            return ValueTask.FromResult(new LogPage(page, log.Last, log.Summary.Status.IsTerminal()));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterPosition);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var page = new List<EventBlock>();
            var bytes = 0L;

            for (var i = IndexAfter(afterPosition); i < _byPosition.Count; i++)
            {
                if (_goneBlocks > 0 && !_logs.ContainsKey(_byPosition[i].ExecutionId)) continue;
                page.Add(_byPosition[i]);
                bytes += page[^1].Bytes.Length;
                if (bytes >= maxBytes) break;
            }

            return ValueTask.FromResult<IReadOnlyList<EventBlock>>(page);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_values.TryGetValue(reference, out var bytes)) return ValueTask.FromResult<ReadOnlyMemory<byte>?>(null);
            var start = (int)Math.Min(offset, bytes.Length);
            return ValueTask.FromResult<ReadOnlyMemory<byte>?>(bytes.AsMemory(start, Math.Min(length, bytes.Length - start)));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var from = query.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var tokens = query.IsSearch ? SearchTokens.OfQuery(query) : [];
            var fitting = SearchTokens.FindsNothing(query) ? [] : _byCreation.Where(log => Fits(log, query, tokens));
            var found = fitting.Where(log => from is not { } cursor || Order(log).CompareTo((cursor.Created, cursor.Key)) < 0)
                .OrderByDescending(Order)
                .Skip(query.Offset)
                .Take(query.Limit + 1)
                .ToList();
            var more = found.Count > query.Limit;
            if (more) found.RemoveAt(query.Limit);
            return ValueTask.FromResult(new ExecutionPage(
                [.. found.Select(log => new ExecutionListItem(query.WithTexts ? log.Summary : log.Summary with { Input = null, Output = null }, log.Last))],
                more ? found[^1].Cursor.ToString() : null)
            {
                Total = query.CountUpTo > 0 ? fitting.Take(query.CountUpTo + 1).Count() : null,
            });
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(_logs.TryGetValue(executionId, out var log) ? ++log.Epoch : 0);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        key.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(_records.Get(key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default)
    {
        RecordWrite.ValidateSome(writes);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(_records.FindConflict(writes) is { } conflict ? new RecordOutcome(0, conflict) : new RecordOutcome(_records.Write(writes), null));
        }
    }

    /// <inheritdoc/>
    public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(_records.List(query));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate) _disposed = true;
        return ValueTask.CompletedTask;
    }

    private AppendOutcome Apply(Append append)
    {
        var exists = _logs.TryGetValue(append.ExecutionId, out var log);
        if (!exists && append.ExpectedLast > 0) return new AppendOutcome(AppendStatus.Unknown, 0, 0);
        if (_tombstones.ContainsKey(append.ExecutionId)) return new AppendOutcome(AppendStatus.Conflict, 0, 0);
        if (exists && append.ExpectedLast == 0) return new AppendOutcome(AppendStatus.Conflict, log!.Last, 0);
        if (exists && append.Epoch != log!.Epoch) return new AppendOutcome(AppendStatus.Fenced, log.Last, 0);
        if (exists && append.ExpectedLast != log!.Last) return new AppendOutcome(AppendStatus.Conflict, log.Last, 0);
        if (_records.FindConflict(append.Records) is { } record)
            return new AppendOutcome(AppendStatus.RecordConflict, exists ? log!.Last : 0, 0) { Record = record };
        if (log is null)
        {
            var summary = Stored(append.Summary!);
            log = new Log(summary, new ExecutionCursor((summary.CreatedAt - DateTimeOffset.UnixEpoch).Ticks / MicrosecondTicks, ++_created));
            _logs.Add(append.ExecutionId, log);
            _byCreation.Add(log);
        }
        else if (append.Summary is { } next)
        {
            log.Summary = Stored(next) with
            {
                PipelineId = log.Summary.PipelineId,
                Organization = log.Summary.Organization,
                ParentId = log.Summary.ParentId,
                CreatedAt = log.Summary.CreatedAt,
                Input = log.Summary.Input,
            };
        }

        foreach (var block in append.Blocks)
        {
            // Copied: the caller may reuse its buffers as soon as the task has completed.
            var stored = new EventBlock(++_lastPosition, append.ExecutionId, block.Kind, block.FirstSeq, block.Count, block.Bytes.ToArray());
            _byPosition.Add(stored);
            log.Blocks.Add(stored);
        }

        foreach (var value in append.Values)
        {
            ref var bytes = ref CollectionsMarshal.GetValueRefOrAddDefault(_values, value.Reference, out var known);
            if (!known) bytes = value.Bytes.ToArray();
            if (log.Values.Add(value.Reference)) Hold(append.ExecutionId, value.Reference);
        }

        if (append.Records.Count > 0) _records.Write(append.Records);
        if (IsBounded) NoteEnd(log);
        return new AppendOutcome(AppendStatus.Appended, log.Last, _lastPosition);
    }

    private static (long Created, long Key) Order(Log log) => (log.Cursor.Created, log.Cursor.Key);

    private static bool Fits(Log log, ExecutionQuery query, IReadOnlyCollection<string> tokens)
    {
        var summary = log.Summary;
        return (query.Id is null || query.Id == summary.Id)
            && (query.ExternalId is null || query.ExternalId == summary.ExternalId)
            && (query.Statuses.Count == 0 || query.Statuses.Contains(summary.Status))
            && (query.EndedSince is null || !summary.Status.IsTerminal() || summary.EndedAt >= Microseconds(query.EndedSince))
            && (query.CreatedFrom is null || summary.CreatedAt >= Microseconds(query.CreatedFrom))
            && (query.CreatedBefore is null || summary.CreatedAt < Microseconds(query.CreatedBefore))
            && (query.DueBefore is null || summary.NextDue <= Microseconds(query.DueBefore))
            && (query.PipelineId is null || query.PipelineId == summary.PipelineId)
            && (query.PipelineIds is null || query.PipelineIds.Contains(summary.PipelineId))
            && (query.Organization is null || query.Organization == summary.Organization)
            && (query.IncludeChildren || query.Id is not null || query.ExternalId is not null || summary.ParentId is null)
            && (!query.IsSearch || log.HasAll(tokens));
    }

    private static ExecutionSummary Stored(ExecutionSummary summary) => summary with
    {
        CreatedAt = Microseconds(summary.CreatedAt)!.Value,
        StartedAt = Microseconds(summary.StartedAt),
        EndedAt = Microseconds(summary.EndedAt),
        NextDue = Microseconds(summary.NextDue),
        Labels = new Dictionary<string, string>(summary.Labels),
    };

    internal static DateTimeOffset? Microseconds(DateTimeOffset? moment) =>
        moment is { } m ? new DateTimeOffset(m.UtcTicks - (m.UtcTicks % MicrosecondTicks), TimeSpan.Zero) : null;

    private sealed class Log(ExecutionSummary summary, ExecutionCursor cursor)
    {
        private readonly Lazy<IReadOnlyCollection<string>> _tokens = new(() => SearchTokens.OfCreation(summary));

        public ExecutionSummary Summary { get; set; } = summary;

        public ExecutionCursor Cursor { get; } = cursor;

        public List<EventBlock> Blocks { get; } = [];

        public HashSet<string> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>Gets or sets its place among the ended ones.</summary>
        public LinkedListNode<Log>? Ended { get; set; }

        public long Epoch { get; set; } = 1;

        public long Last => Blocks[^1].LastSeq;

        public bool HasAll(IReadOnlyCollection<string> tokens)
        {
            var ofError = SearchTokens.OfText(Summary.Error);
            return tokens.All(token => _tokens.Value.Contains(token) || ofError.Contains(token));
        }

        // The block that holds the sequence, by bisection: a log may have very many blocks.
        public int IndexOf(long seq)
        {
            var (low, high) = (0, Blocks.Count - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                if (Blocks[middle].FirstSeq <= seq) low = middle;
                else high = middle - 1;
            }

            return low;
        }
    }
}
