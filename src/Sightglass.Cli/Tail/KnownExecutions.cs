using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Tail;

/// <summary>The executions that a tail knows: those under way, and of the newest ended ones how far they were read.</summary>
internal sealed class KnownExecutions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, TailedExecution> _open = [];
    private readonly Dictionary<Guid, long> _ended = [];
    private readonly Queue<Guid> _order = [];
    private bool _hasWarned;

    /// <summary>Gets when the newest of those started that were taken in.</summary>
    public DateTimeOffset Newest
    {
        get
        {
            lock (_gate) return field;
        }

        private set;
    }

    public int Count
    {
        get
        {
            lock (_gate) return _open.Count;
        }
    }

    public TailedExecution? Find(Guid id)
    {
        lock (_gate) return _open.GetValueOrDefault(id);
    }

    /// <summary>Gives the last event that was read of one that has ended.</summary>
    public long? EndedAt(Guid id)
    {
        lock (_gate) return _ended.TryGetValue(id, out var seq) ? seq : null;
    }

    /// <summary>Takes one in.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="start">When it started, where that is known.</param>
    /// <returns>Whether there was room, and it was not there yet.</returns>
    public bool Add(TailedExecution execution, DateTimeOffset start = default)
    {
        lock (_gate)
        {
            if (start > Newest) Newest = start;
            if (_open.Count < CliLimits.MaxTailed)
            {
                _ended.Remove(execution.Id);
                return _open.TryAdd(execution.Id, execution);
            }

            if (!_hasWarned) StandardStreams.Open().Error.WriteLine($"More than {CliLimits.MaxTailed:N0} executions are under way; further ones are left out. Narrow it with --pipeline.");
            _hasWarned = true;
            return false;
        }
    }

    /// <summary>Notes that one has ended.</summary>
    public void End(TailedExecution execution)
    {
        lock (_gate)
        {
            _open.Remove(execution.Id);
            if (_ended.TryAdd(execution.Id, execution.Seq)) _order.Enqueue(execution.Id);
            else _ended[execution.Id] = execution.Seq;
            while (_order.Count > CliLimits.MaxTailEnded) _ended.Remove(_order.Dequeue());
        }
    }
}
