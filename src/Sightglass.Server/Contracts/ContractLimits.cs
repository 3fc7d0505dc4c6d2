namespace Sightglass.Server.Contracts;

/// <summary>Bounds of what existing clients are told, which nobody needs to change.</summary>
internal static class ContractLimits
{
    /// <summary>The most bytes of a stage's text in one message to the dashboard: its end.</summary>
    public const int DashboardTextBytes = 50 * 1024;

    /// <summary>The most bytes of text that are kept for one subscription of the dashboard; what is dropped is read again.</summary>
    public const int DashboardKeptBytes = 1024 * 1024;

    /// <summary>The time between two messages with unfinished text to the dashboard: at most 9 in any second, so that with
    /// the final one of a stage there are at most 10.</summary>
    public static readonly TimeSpan DashboardOutput = TimeSpan.FromMilliseconds(112);

    /// <summary>The most bytes of a recorded value that is put into a message in place of its reference.</summary>
    public const int MaxInlinedBytes = 1024 * 1024;

    /// <summary>The most characters of one line of a log; a longer one is several.</summary>
    public const int MaxLineChars = 16 * 1024;

    /// <summary>The most lines of a step's log in the view of a playbook's run; the older ones are counted.</summary>
    public const int MaxStepLines = 1000;

    /// <summary>The most characters of a step's log there, unless the run has very many steps.</summary>
    public const int MaxStepChars = 128 * 1024;

    /// <summary>The most characters of the logs of all steps of a run there.</summary>
    public const int MaxRunChars = 8 * 1024 * 1024;

    /// <summary>The most messages, traces and changes of shared state of a run there; later ones stand in the log alone.</summary>
    public const int MaxRunFacts = 10_000;

    /// <summary>How many runs' logs are kept for the next poll; others are read again.</summary>
    public const int MaxKnownRuns = 16;

    /// <summary>Roughly how many bytes of them are kept.</summary>
    public const long MaxKnownBytes = 64L * 1024 * 1024;

    /// <summary>The time between two comments on the stream of a playbook's run.</summary>
    public static readonly TimeSpan PlaybookHeartbeat = TimeSpan.FromSeconds(30);

    /// <summary>How long after a run's end its stream stays open: a close would make that client connect again.</summary>
    public static readonly TimeSpan PlaybookAfterEnd = TimeSpan.FromMinutes(10);
}
