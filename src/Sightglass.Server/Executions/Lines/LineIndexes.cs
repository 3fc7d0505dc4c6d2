using Sightglass.Core.Ports;

namespace Sightglass.Server.Executions.Lines;

/// <summary>The indexes of the logs whose lines were asked for last. Safe for concurrent use.</summary>
/// <param name="store">Where the logs are.</param>
internal sealed class LineIndexes(IEventStore store) : IDisposable
{
    private readonly SemaphoreSlim _scans = new(LineLimits.MaxScans);

    // Owned by _gate.
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, LinkedListNode<Entry>> _known = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _weight;

    /// <summary>Reads lines of a log.</summary>
    /// <returns>The lines; <see langword="null"/> where there is no such execution.</returns>
    public async Task<LineWindow?> ReadAsync(Guid id, LineQuery query, CancellationToken cancellationToken)
    {
        var log = await store.ReadAsync(id, 0, BlockFilter.All, 1, cancellationToken).ConfigureAwait(false);
        if (log.Blocks is not [var first, ..])
        {
            Forget(id);
            return null;
        }

        var entry = Find(id, first.Position);
        await entry.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _scans.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await entry.Index.ReadAsync(query, log, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _scans.Release();
            }
        }
        finally
        {
            Weigh(entry, entry.Index.Weight);
            entry.Turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scans.Dispose();

    // A log that was deleted and imported again begins with another block.
    private Entry Find(Guid id, long position)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(id, out var node))
            {
                _byUse.Remove(node);
                if (node.Value.Position == position)
                {
                    _byUse.AddFirst(node);
                    return node.Value;
                }

                _weight -= node.Value.Weight;
            }

            var entry = new Entry(id, position, new LineIndex(store, id));
            _known[id] = _byUse.AddFirst(entry);
            return entry;
        }
    }

    private void Forget(Guid id)
    {
        lock (_gate)
        {
            if (_known.Remove(id, out var node)) Drop(node);
        }
    }

    private void Weigh(Entry entry, long weight)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue(entry.Id, out var node) || node.Value != entry) return;
            _weight += weight - entry.Weight;
            entry.Weight = weight;
            while (_weight > LineLimits.CacheBytes && _byUse.Last is { } oldest && oldest.Value != entry)
            {
                _known.Remove(oldest.Value.Id);
                Drop(oldest);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _weight -= node.Value.Weight;
    }

    private sealed class Entry(Guid id, long position, LineIndex index)
    {
        public Guid Id { get; } = id;

        public long Position { get; } = position;

        public LineIndex Index { get; } = index;

        // One request at a time; it has no handle of the system, so nothing has to be disposed.
        public SemaphoreSlim Turn { get; } = new(1);

        public long Weight { get; set; }
    }
}
