using Sightglass.Core.Executions;

namespace Sightglass.Core.Ports;

/// <content>Deleting executions.</content>
public sealed partial class InMemoryEventStore
{
    // Owned by whoever holds _gate.
    private readonly Dictionary<Guid, Tombstone> _tombstones = [];
    private long _created;

    /// <inheritdoc/>
    public StoreTrouble? Trouble => null;

    /// <inheritdoc/>
    public ValueTask<EraseOutcome> EraseAsync(Guid executionId, ErasureRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(Erase(executionId, request));
        }
    }

    /// <inheritdoc/>
    public ValueTask<Tombstone?> FindTombstoneAsync(Guid executionId, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(_tombstones.GetValueOrDefault(executionId));
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> ForgetTombstonesAsync(DateTimeOffset erasedBefore, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var expired = _tombstones.Values.Where(t => t.ErasedAt < erasedBefore).Take(ExecutionQuery.MaxLimit).Select(t => t.Id).ToList();
            foreach (var id in expired) _tombstones.Remove(id);
            return ValueTask.FromResult(expired.Count);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListPipelinesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult<IReadOnlyList<string>>([.. EndedRoots().Select(log => log.Summary.PipelineId).Distinct().Order(StringComparer.Ordinal)]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> ListEndedAsync(EndedQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var newestFirst = EndedRoots().Where(log => log.Summary.PipelineId == query.PipelineId).OrderByDescending(Order).ToList();
            var unlimited = query.EndedBefore is null && query.BeyondNewest is null;
            var found = newestFirst.Where((log, rank) => unlimited || rank >= query.BeyondNewest || log.Summary.EndedAt < Microseconds(query.EndedBefore));
            return ValueTask.FromResult<IReadOnlyList<Guid>>([.. found.Reverse().Take(query.Limit).Select(log => log.Summary.Id)]);
        }
    }

    private IEnumerable<Log> EndedRoots() => _byCreation.Where(log => log.Summary.Status.IsTerminal() && log.Summary.ParentId is null);

    private EraseOutcome Erase(Guid id, ErasureRequest request)
    {
        if (!_logs.TryGetValue(id, out var root)) return new EraseOutcome(_tombstones.ContainsKey(id) ? EraseStatus.AlreadyErased : EraseStatus.Unknown, 0);
        if (root.Summary.ParentId is { } parent && _logs.ContainsKey(parent)) return new EraseOutcome(EraseStatus.IsChild, 0);
        List<Log> family = [root];
        for (var i = 0; i < family.Count; i++)
        {
            if (!family[i].Summary.Status.IsTerminal()) return new EraseOutcome(EraseStatus.NotEnded, 0);
            var of = family[i].Summary.Id;
            family.AddRange(_byCreation.Where(log => log.Summary.ParentId == of));
        }

        foreach (var log in family)
        {
            var summary = log.Summary;
            _tombstones[summary.Id] = new Tombstone(summary.Id, Microseconds(request.At)!.Value, request.By, request.Reason, summary.PipelineId, summary.Organization);
            Forget(log);
        }

        var gone = family.ToHashSet();
        _byCreation.RemoveAll(gone.Contains);
        return new EraseOutcome(EraseStatus.Erased, family.Count);
    }

    /// <summary>Drops everything of a log but its place among all that were created.</summary>
    private void Forget(Log log)
    {
        _logs.Remove(log.Summary.Id);
        if (log.Ended is { } ended) _ended.Remove(ended);
        foreach (var value in log.Values) LetGo(log.Summary.Id, value);

        // Taken out together now and then: each alone would move all that come after it.
        _goneBlocks += log.Blocks.Count;
        if (_goneBlocks <= _byPosition.Count / 2) return;
        _byPosition.RemoveAll(block => !_logs.ContainsKey(block.ExecutionId));
        _goneBlocks = 0;
    }
}
