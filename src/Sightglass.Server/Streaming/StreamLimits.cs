namespace Sightglass.Server.Streaming;

/// <summary>Bounds of streams that nobody needs to change; the others are in <see cref="ServerOptions"/>.</summary>
internal static class StreamLimits
{
    /// <summary>How many of the newest blocks the viewers of one execution share.</summary>
    public const int RingBlocks = 1024;

    /// <summary>How many bytes of events they share; encoded frames take as much again.</summary>
    public const int RingBytes = 1024 * 1024;

    /// <summary>How many threads at most pass on what is new in one execution.</summary>
    public const int MaxLanes = 8;

    /// <summary>How many bytes a viewer that stands behind the ring reads from the store at once.</summary>
    public const int CatchUpBytes = 64 * 1024;

    /// <summary>How many viewers read from the store at the same time; the others wait their turn.</summary>
    public const int CatchUps = 16;

    /// <summary>The most bytes of a message that a socket sends us.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    /// <summary>How many messages a second one socket may send for long.</summary>
    public const int MessagesPerSecond = 100;

    /// <summary>How many it may send at once after a pause.</summary>
    public const int MessageBurst = 300;

    /// <summary>How many are refused before the socket is closed.</summary>
    public const int RefusedMessages = 100;

    /// <summary>The most characters of a message's <c>ref</c>.</summary>
    public const int MaxReferenceChars = 200;

    /// <summary>How many executions one socket follows at most.</summary>
    public const int MaxTopics = 100;

    /// <summary>How many sockets one caller may have open.</summary>
    public const int MaxSockets = 200;

    /// <summary>How many changes of executions the viewers of the overview share, and how many are gathered at once.</summary>
    public const int FeedFrames = 4096;

    /// <summary>The most bytes of those changes; older ones are let go, and who has not seen them reads the lists again.</summary>
    public const int FeedBytes = 8 * 1024 * 1024;

    /// <summary>Of how many executions the overview knows what it told last.</summary>
    public const int FeedKnown = 10_000;

    /// <summary>How long changes are gathered before they are told.</summary>
    public static readonly TimeSpan FeedPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How often an idle socket is asked whether it is still there, and how long it may take to answer.</summary>
    public static readonly TimeSpan SocketPing = TimeSpan.FromSeconds(30);

    /// <summary>The longest time between two looks for viewers to whom nothing was sent.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>The most characters of what a viewer calls itself.</summary>
    public const int MaxViewerChars = 64;

    /// <summary>The shortest time between two times that it is told how many watch an execution.</summary>
    public static readonly TimeSpan WatchingPause = TimeSpan.FromSeconds(2);

    /// <summary>The time between two tries to follow a log that could not be read.</summary>
    public static readonly TimeSpan FollowRetry = TimeSpan.FromSeconds(1);
}
