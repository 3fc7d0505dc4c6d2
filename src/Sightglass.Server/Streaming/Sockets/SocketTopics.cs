using System.Collections.Concurrent;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>What a socket follows. Joined and left by the reader of the socket alone; a subscription that has come to its end
/// leaves by itself.</summary>
internal sealed class SocketTopics
{
    private readonly ConcurrentDictionary<Guid, Topic> _topics = new();

    public bool IsFull => _topics.Count >= StreamLimits.MaxTopics;

    /// <summary>Tells whether the socket follows an execution; one that has said its last word is waited for.</summary>
    public async ValueTask<bool> HasAsync(Guid executionId)
    {
        if (!_topics.TryGetValue(executionId, out var topic)) return false;
        if (!topic.IsOver()) return true;
        await topic.Following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    /// <summary>Gets how far each subscription has come that has a cursor.</summary>
    public IReadOnlyList<(Guid ExecutionId, long Cursor)> Cursors() =>
        [.. _topics.Select(static t => (t.Key, Cursor: t.Value.Cursor())).Where(static t => t.Cursor is not null).Select(static t => (t.Key, t.Cursor!.Value))];

    /// <summary>Begins to follow an execution.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="cursor">Tells how far it has come.</param>
    /// <param name="isOver">Tells whether it has said its last word.</param>
    /// <param name="follow">Follows it to the end.</param>
    /// <param name="closing">Ends it with the socket.</param>
    public void Join(Guid executionId, Func<long?> cursor, Func<bool> isOver, Func<CancellationToken, Task> follow, CancellationToken closing)
    {
        var topic = new Topic(cursor, isOver, CancellationTokenSource.CreateLinkedTokenSource(closing));
        _topics[executionId] = topic;
        topic.Following = Task.Run(async () =>
        {
            try
            {
                await follow(topic.Ends.Token).ConfigureAwait(false);
            }
            finally
            {
                _topics.TryRemove(KeyValuePair.Create(executionId, topic));
                topic.Ends.Dispose();
            }
        }, CancellationToken.None);
    }

    /// <summary>Ends a subscription; nothing of it is sent any more when the task has ended.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> LeaveAsync(Guid executionId)
    {
        if (!_topics.TryGetValue(executionId, out var topic)) return false;
        await topic.StopAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Waits for the end of all subscriptions of a socket that closes.</summary>
    public Task EndAsync() => Task.WhenAll(_topics.Values.Select(static t => t.StopAsync()));

    private sealed class Topic(Func<long?> cursor, Func<bool> isOver, CancellationTokenSource ends)
    {
        public Func<long?> Cursor => cursor;

        public Func<bool> IsOver => isOver;

        public CancellationTokenSource Ends => ends;

        public Task Following { get; set; } = Task.CompletedTask;

        public async Task StopAsync()
        {
            try
            {
                await ends.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // It came to its end by itself.
            }

            await Following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
