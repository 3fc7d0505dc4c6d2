namespace Sightglass.Cli.Tests.Kills;

/// <summary>What happened in a run.</summary>
internal sealed record KillTotals
{
    public int Kills { get; init; }

    public int KillsWhileStarting { get; init; }

    public int KillsAfterACommit { get; init; }

    /// <summary>Gets how many stage processes were killed one by one.</summary>
    public int ChildKills { get; init; }

    public int Executions { get; init; }

    /// <summary>Gets how many attempts were recorded as lost.</summary>
    public int Losses { get; init; }

    /// <summary>Gets how many stages failed since their worker died three times.</summary>
    public int Crashes { get; init; }

    /// <summary>Gets how many processes a killed server left running.</summary>
    public int Orphans { get; init; }

    public int FramesSeen { get; init; }

    /// <summary>Gets how many timers and approval deadlines outlived a kill.</summary>
    public int TimersKept { get; init; }

    public static KillTotals operator +(KillTotals a, KillTotals b) => new()
    {
        Kills = a.Kills + b.Kills,
        KillsWhileStarting = a.KillsWhileStarting + b.KillsWhileStarting,
        KillsAfterACommit = a.KillsAfterACommit + b.KillsAfterACommit,
        ChildKills = a.ChildKills + b.ChildKills,
        Executions = a.Executions + b.Executions,
        Losses = a.Losses + b.Losses,
        Crashes = a.Crashes + b.Crashes,
        Orphans = a.Orphans + b.Orphans,
        FramesSeen = a.FramesSeen + b.FramesSeen,
        TimersKept = a.TimersKept + b.TimersKept,
    };
}
