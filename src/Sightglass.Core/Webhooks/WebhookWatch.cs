using System.Collections.Concurrent;

namespace Sightglass.Core.Webhooks;

/// <summary>
/// What an engine tells those who deliver its results: which executions have somebody to tell, and how far the log has
/// come. Where nobody is to be told it costs an append one comparison, and nobody reads.
/// </summary>
/// <remarks>An execution is watched from before the append that creates, recovers or re-opens it until its end has been
/// read. So, while none is watched, nothing up to <see cref="Latest"/> is of interest.</remarks>
public sealed class WebhookWatch
{
    private readonly ConcurrentDictionary<Guid, int> _watched = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _latest;

    /// <summary>Gets the last position known to be committed.</summary>
    internal long Latest => Interlocked.Read(ref _latest);

    internal bool IsIdle => _watched.IsEmpty;

    /// <summary>Gets or sets whether the engine notes in the records that an execution with webhooks was created.</summary>
    internal bool MarksUse { get; set; }

    internal bool IsWatched(Guid id) => _watched.ContainsKey(id);

    internal void Add(Guid id) => _watched.AddOrUpdate(id, 1, static (_, count) => count + 1);

    internal void Release(Guid id)
    {
        while (_watched.TryGetValue(id, out var count))
        {
            if (count > 1 ? _watched.TryUpdate(id, count - 1, count) : _watched.TryRemove(KeyValuePair.Create(id, count))) return;
        }
    }

    /// <summary>Called by the owner of an execution after each of its appends.</summary>
    internal void Committed(Guid id, long position)
    {
        for (var known = Interlocked.Read(ref _latest); known < position;)
        {
            var seen = Interlocked.CompareExchange(ref _latest, position, known);
            if (seen == known) break;
            known = seen;
        }

        if (!_watched.IsEmpty && _watched.ContainsKey(id)) Wake();
    }

    internal void Wake() => Volatile.Read(ref _changed).TrySetResult();

    /// <summary>Gives what completes at the next change; ask before looking.</summary>
    internal Task NextChange()
    {
        if (_changed.Task.IsCompleted) _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _changed.Task;
    }
}
