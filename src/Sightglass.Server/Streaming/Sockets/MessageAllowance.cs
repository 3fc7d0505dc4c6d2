using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>How many messages one socket may still send. What is beyond is refused, and costs as much; whoever goes on all the
/// same has spent it. Used by the reader of the socket alone.</summary>
internal sealed class MessageAllowance(TimeProvider time)
{
    private double _left = StreamLimits.MessageBurst;
    private long _asOf = time.GetTimestamp();

    /// <summary>Gets the refusal of a message.</summary>
    public static ApiProblem TooMany { get; } = new ApiProblem(429, "too_many_messages", $"More than {StreamLimits.MessagesPerSecond} messages a second came over this WebSocket; wait a second, or it is closed.");

    /// <summary>Gets what the socket is closed with.</summary>
    public static string Spent => $"too_many_messages: at most {StreamLimits.MessagesPerSecond} a second";

    /// <summary>Gets whether so many were refused that the socket is to be closed.</summary>
    public bool IsSpent => _left < -StreamLimits.RefusedMessages;

    /// <summary>Counts a message.</summary>
    /// <returns>Whether it may be looked at.</returns>
    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(StreamLimits.MessageBurst, _left + (time.GetElapsedTime(_asOf, now).TotalSeconds * StreamLimits.MessagesPerSecond)) - 1;
        _asOf = now;
        return _left >= 0;
    }
}
