using Sightglass.Server.Contracts.Dashboard;

namespace Sightglass.Server.Contracts;

/// <summary>What a socket that subscribes without a cursor hears: an execution in the words of the live pipeline dashboard,
/// which are those of <see cref="DashboardMessages"/>.</summary>
/// <param name="server">The server.</param>
/// <param name="executionId">An execution that there is.</param>
/// <param name="after">The last sequence of its log when it was subscribed: what follows is told.</param>
internal sealed class LiveDashboard(ServerContext server, Guid executionId, long after)
{
    private volatile bool _isOver;

    /// <summary>Gets whether the last word was sent, or is about to be: its client may know it before the subscription has left.</summary>
    public bool IsOver => _isOver;

    /// <summary>Follows the execution. <c>subscribed</c> has been answered; when the task ends, so does the subscription.</summary>
    /// <param name="send">Sends one message, which is a JSON text, in its turn; false where the socket has left or was too slow.</param>
    /// <param name="cancellationToken">Ends it: the client unsubscribed, or left.</param>
    public async Task FollowAsync(Func<ReadOnlyMemory<byte>, ValueTask<bool>> send, CancellationToken cancellationToken)
    {
        using var follower = new DashboardFollower(server, executionId, after, send, () => _isOver = true);
        await follower.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
