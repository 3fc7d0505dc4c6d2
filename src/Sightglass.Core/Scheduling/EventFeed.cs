using System.Collections.Concurrent;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <summary>
/// Tells viewers of an execution that its log has grown, and hands them the committed blocks. A publish is only a hint:
/// what a viewer did not get here it reads from the store. Viewers share one bounded ring an execution and hold nothing
/// but a cursor, so a slow one costs no memory.
/// </summary>
public sealed class EventFeed
{
    private readonly ConcurrentDictionary<Guid, FeedTopic> topics = new();
    private readonly Lock listening = new();
    private Action<ExecutionListItem>[] listeners = [];
    private Action<Tombstone>[] erasedListeners = [];

    /// <summary>Publishes blocks that are committed. Called by the owner of the execution, in the order of the log.</summary>
    /// <param name="blocks">The blocks, going on from those published before.</param>
    /// <param name="ended">Whether the execution stands ended after them.</param>
    /// <param name="summary">The execution's row, where they changed it.</param>
    public void Publish(IReadOnlyList<EventBlock> blocks, bool ended, ExecutionSummary? summary = null)
    {
        if (blocks.Count == 0) return;
        if (summary is not null)
        {
            foreach (var listener in Volatile.Read(ref listeners)) listener(new ExecutionListItem(summary, blocks[^1].LastSeq));
        }

        if (topics.TryGetValue(blocks[0].ExecutionId, out var topic)) topic.Publish(blocks, ended);
    }

    /// <summary>Starts listening; dispose the subscription to stop.</summary>
    public FeedSubscription Subscribe(Guid executionId)
    {
        while (true)
        {
            var topic = topics.GetOrAdd(executionId, static _ => new FeedTopic());
            if (topic.TryJoin()) return new FeedSubscription(this, executionId, topic);
        }
    }

    /// <summary>Hears of every row that is committed, of all executions; dispose the result to stop.</summary>
    /// <param name="listener">Called by the owners of executions, several at a time: it must be quick and must not throw. Rows of
    /// one execution come in order. Like all that is published it is a hint: after a lost answer of the store nothing may come.</param>
    public IDisposable Listen(Action<ExecutionListItem> listener)
    {
        lock (listening) listeners = [.. listeners, listener];
        return new Listening(this, listener);
    }

    /// <summary>Tells those who hear of rows that an execution was deleted. Whoever deletes calls it afterwards.</summary>
    /// <param name="store">The store that deleted it.</param>
    /// <param name="executionId">The execution.</param>
    /// <param name="cancellationToken">Ends the look for its tombstone.</param>
    public async ValueTask PublishErasedAsync(IStoreUpkeep store, Guid executionId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var told = Volatile.Read(ref erasedListeners);
        if (told.Length == 0 || await store.FindTombstoneAsync(executionId, cancellationToken).ConfigureAwait(false) is not { } tombstone) return;
        foreach (var listener in told) listener(tombstone);
    }

    /// <summary>Hears of every execution that is deleted, not of its children; dispose the result to stop.</summary>
    /// <param name="listener">It must be quick and must not throw. Like all that is published it is a hint.</param>
    public IDisposable ListenErased(Action<Tombstone> listener)
    {
        lock (listening) erasedListeners = [.. erasedListeners, listener];
        return new ListeningErased(this, listener);
    }

    /// <summary>Gets how many viewers follow an execution.</summary>
    public int CountViewers(Guid executionId) => topics.TryGetValue(executionId, out var topic) ? topic.Viewers : 0;

    internal void Leave(Guid executionId, FeedTopic topic)
    {
        if (topic.Leave()) topics.TryRemove(KeyValuePair.Create(executionId, topic));
    }

    private sealed class Listening(EventFeed feed, Action<ExecutionListItem> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (feed.listening) feed.listeners = [.. feed.listeners.Where(l => l != listener)];
        }
    }

    private sealed class ListeningErased(EventFeed feed, Action<Tombstone> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (feed.listening) feed.erasedListeners = [.. feed.erasedListeners.Where(l => l != listener)];
        }
    }
}

/// <summary>One viewer's place at an execution's feed.</summary>
public sealed class FeedSubscription : IDisposable
{
    private readonly EventFeed feed;
    private readonly Guid executionId;
    private readonly FeedTopic topic;
    private int left;

    internal FeedSubscription(EventFeed feed, Guid executionId, FeedTopic topic)
    {
        this.feed = feed;
        this.executionId = executionId;
        this.topic = topic;
    }

    /// <summary>Reads the blocks after a cursor without waiting.</summary>
    /// <param name="after">The cursor.</param>
    /// <param name="ended">Whether the execution stands ended at the end of what the feed has seen.</param>
    /// <returns>The blocks; empty where there are none yet; <see langword="null"/> where the feed does not go back that far
    /// and the store has to be read.</returns>
    public IReadOnlyList<EventBlock>? Read(long after, out bool ended) => topic.Read(after, out ended);

    /// <summary>Waits until something is published after the cursor, or the time is over.</summary>
    public Task WaitAsync(long after, TimeSpan time, TimeProvider clock, CancellationToken cancellationToken) =>
        topic.WaitAsync(after, time, clock, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref left, 1) == 0) feed.Leave(executionId, topic);
    }
}
