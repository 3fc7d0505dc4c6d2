namespace Sightglass.Sqlite.Writing;

/// <summary>The writes that wait: decisions before reports, first-in-first-out within one execution.</summary>
/// <remarks>Not safe for concurrent use: owned by the lock of the <see cref="CommitLoop"/>. Cannot starve reports in
/// practice: an owner has one decision in flight, and a commit takes all that wait up to its size.</remarks>
internal sealed class WriteQueue(int maxOrdered)
{
    private readonly Line _urgent = new();
    private readonly Line _reports = new();

    // Beyond maxOrdered: bounds the search in Promote. Joins the other lines when a batch has made room.
    private readonly Line _overflow = new();

    public int Count => _urgent.Count + _reports.Count + _overflow.Count;

    public void Add(PendingWrite write)
    {
        write.State = WriteState.Waiting;
        if (_overflow.Count > 0 || _urgent.Count + _reports.Count >= maxOrdered) _overflow.AddLast(write);
        else Order(write);
    }

    public void Remove(PendingWrite write)
    {
        if (!_urgent.Remove(write) && !_reports.Remove(write)) _overflow.Remove(write);
    }

    /// <summary>Moves to the batch what fits, at least one.</summary>
    public void Take(List<PendingWrite> batch, long maxBytes)
    {
        var bytes = 0L;
        if (Take(_urgent, batch, maxBytes, ref bytes)) Take(_reports, batch, maxBytes, ref bytes);
        while (_overflow.First is { } write && _urgent.Count + _reports.Count < maxOrdered)
        {
            _overflow.Remove(write);
            Order(write);
        }
    }

    // Stops at the first that does not fit: passing it over could turn the order within its execution round.
    private static bool Take(Line line, List<PendingWrite> batch, long maxBytes, ref long bytes)
    {
        while (line.First is { } write)
        {
            if (batch.Count > 0 && bytes + write.Size > maxBytes) return false;
            line.Remove(write);
            write.State = WriteState.Taken;
            batch.Add(write);
            bytes += write.Size;
        }

        return true;
    }

    private void Order(PendingWrite write)
    {
        if (!write.Urgent)
        {
            _reports.AddLast(write);
            return;
        }

        Promote(write.ExecutionId);
        _urgent.AddLast(write);
    }

    // A decision takes earlier reports of its own execution along.
    private void Promote(Guid executionId)
    {
        for (var report = _reports.First; report is not null;)
        {
            var next = report.Next;
            if (report.ExecutionId == executionId)
            {
                _reports.Remove(report);
                _urgent.AddLast(report);
            }

            report = next;
        }
    }

    /// <summary>A doubly linked list through the writes themselves, so that waiting allocates nothing.</summary>
    private sealed class Line
    {
        private PendingWrite? _last;

        public PendingWrite? First { get; private set; }

        public int Count { get; private set; }

        public void AddLast(PendingWrite write)
        {
            write.Line = this;
            write.Previous = _last;
            write.Next = null;
            if (_last is null) First = write;
            else _last.Next = write;
            _last = write;
            Count++;
        }

        public bool Remove(PendingWrite write)
        {
            if (write.Line != this) return false;
            if (write.Previous is null) First = write.Next;
            else write.Previous.Next = write.Next;
            if (write.Next is null) _last = write.Previous;
            else write.Next.Previous = write.Previous;
            (write.Previous, write.Next, write.Line) = (null, null, null);
            Count--;
            return true;
        }
    }
}
