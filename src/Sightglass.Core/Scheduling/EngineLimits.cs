namespace Sightglass.Core.Scheduling;

/// <summary>Bounds of the engine that nobody needs to change; those that somebody might are in <see cref="PipelineEngineOptions"/>.</summary>
internal static class EngineLimits
{
    /// <summary>How many messages may wait for one execution before a command is refused as <c>busy</c>.</summary>
    public const int MaxMail = 10_000;

    /// <summary>How many turns an owner takes on the thread of who woke it, before it goes on by itself.</summary>
    public const int MaxRounds = 64;

    /// <summary>How deep pipelines may call each other.</summary>
    public const int MaxNesting = 16;

    /// <summary>The most characters of a concurrency group's name; a longer one is cut and told apart by its hash.</summary>
    public const int MaxGroupName = 200;

    /// <summary>The most characters of a message that a stage logs.</summary>
    public const int MaxMessageChars = 16_000;

    /// <summary>The most bytes of text in one <c>stage.output</c>: even if every byte has to be escaped, the event is within
    /// its limit.</summary>
    public const int MaxTextBytes = 8 * 1024;

    /// <summary>How many of the newest blocks viewers of one execution share.</summary>
    public const int MaxFeedBlocks = 1024;

    /// <summary>How many bytes of them.</summary>
    public const int MaxFeedBytes = 1024 * 1024;

    /// <summary>How many bytes a follower reads from the store at once.</summary>
    public const int FollowPageBytes = 256 * 1024;

    /// <summary>The most bytes of a log that are read backwards for what running attempts printed last.</summary>
    public const int MaxTailBytes = 16 * 1024 * 1024;

    /// <summary>How many bytes of a log are read at once while those before are folded.</summary>
    public const int FoldPageBytes = 256 * 1024;

    /// <summary>How many bytes are read at once when an execution is taken up.</summary>
    public const int LoadPageBytes = 1024 * 1024;

    /// <summary>How often a follower asks the store where nothing is published.</summary>
    public static readonly TimeSpan AskStore = TimeSpan.FromSeconds(1);

    /// <summary>The time between two tries of what the store could not do.</summary>
    public static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    /// <summary>How long beyond the grace of attempts a stop of the engine waits for them.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
}
