namespace Sightglass.Server.Contracts;

/// <summary>What a socket that subscribes without a cursor hears: an execution in the words of the live pipeline dashboard.</summary>
internal static class LiveDashboard
{
    /// <summary>Whether a subscription without a cursor is taken.</summary>
    public static bool IsSpoken => false;

    /// <summary>Follows an execution from now on. <c>subscribed</c> has been answered; when the task ends, so does the
    /// subscription.</summary>
    /// <param name="server">The server.</param>
    /// <param name="executionId">An execution that there is.</param>
    /// <param name="send">Sends one message, which is a JSON text, in its turn; false where the socket has left or was too slow.</param>
    /// <param name="cancellationToken">Ends it: the client unsubscribed, or left.</param>
    public static Task FollowAsync(ServerContext server, Guid executionId, Func<ReadOnlyMemory<byte>, ValueTask<bool>> send, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
