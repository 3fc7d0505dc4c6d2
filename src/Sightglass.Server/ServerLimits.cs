namespace Sightglass.Server;

/// <summary>Bounds of requests and answers that nobody needs to change; the others are in <see cref="ServerOptions"/>.</summary>
internal static class ServerLimits
{
    /// <summary>How deep the JSON of a request may be nested.</summary>
    public const int MaxBodyDepth = 64;

    /// <summary>The most characters of a text in the body of a command.</summary>
    public const int MaxTextChars = 10_000;

    /// <summary>The most characters of the reason of a deletion.</summary>
    public const int MaxReasonChars = 1000;

    /// <summary>The most characters of one part of a path that names something.</summary>
    public const int MaxPathPart = 200;

    /// <summary>The most characters of the address under which traces are looked at.</summary>
    public const int MaxTraceUrl = 2000;

    /// <summary>How many problems of a query are listed.</summary>
    public const int MaxQueryProblems = 20;

    /// <summary>The groups into which addresses are put to count their requests.</summary>
    public const int MaxAddressGroups = 4096;

    /// <summary>The most values that a start sets by name.</summary>
    public const int MaxSets = 1000;

    /// <summary>How many executions the lists of those under way give.</summary>
    public const int MaxActive = 1000;

    /// <summary>The most characters of what a list is searched for.</summary>
    public const int MaxSearchChars = 1000;

    /// <summary>How many labels a list may be filtered by.</summary>
    public const int MaxLabelFilters = 16;

    /// <summary>The most bytes of states that do not change any more and are kept to be given again.</summary>
    public const long StateCacheBytes = 32 * 1024 * 1024;

    /// <summary>How many logs are folded at the same time to answer requests; further ones wait.</summary>
    public const int MaxFolds = 2;

    /// <summary>How many of a pipeline's newest results are given.</summary>
    public const int RecentResults = 20;

    /// <summary>Of how many pipelines of the list results are given: of the first ones.</summary>
    public const int MaxRecentPipelines = 500;

    /// <summary>Of how many pipelines results are known; then all are asked of the store again.</summary>
    public const int MaxKnownResults = 2000;

    /// <summary>How long results are known at most.</summary>
    public static readonly TimeSpan ResultsKnown = TimeSpan.FromMinutes(5);

    /// <summary>Up to how many executions of a status the overview counts.</summary>
    public const int MaxOverviewCount = 100_000;

    /// <summary>How many of the newest executions stand for all in the overview.</summary>
    public const int OverviewSample = 500;

    /// <summary>The time of which the overview gives figures.</summary>
    public static readonly TimeSpan OverviewTime = TimeSpan.FromDays(1);

    /// <summary>How long an execution that has ended stays in the list of the active.</summary>
    public static readonly TimeSpan StillActive = TimeSpan.FromMinutes(5);

    /// <summary>How many events a page has where nothing else is asked.</summary>
    public const int DefaultEvents = 1000;

    /// <summary>The most events that a page may be asked for.</summary>
    public const int MaxEvents = 10_000;

    /// <summary>The most bytes of a page of events; it ends there and says where the next begins.</summary>
    public const int MaxPageBytes = 16 * 1024 * 1024;

    /// <summary>The longest time in seconds that a page may wait for its first event.</summary>
    public const int MaxWaitSeconds = 30;

    /// <summary>The most stages, and the most types, that a filter names.</summary>
    public const int MaxFilters = 100;

    /// <summary>The most bytes of a recorded value in one answer.</summary>
    public const int MaxValuePageBytes = 1024 * 1024;

    /// <summary>The most characters of a line in one part; a longer line comes in several.</summary>
    public const int MaxLineChars = 64 * 1024;

    /// <summary>The most characters of lines that wait for their ends, of all stages together.</summary>
    public const int MaxHeldChars = 8 * 1024 * 1024;

    /// <summary>The most bytes of a log that are looked at for one page of lines.</summary>
    public const int MaxScanBytes = 64 * 1024 * 1024;

    /// <summary>The most bytes of a pipeline file that is given out.</summary>
    public const int MaxFileBytes = 10 * 1024 * 1024;

    /// <summary>How many bytes wait for one viewer before they are sent.</summary>
    public const int ViewerBatchBytes = 64 * 1024;

    /// <summary>How long the word to a viewer that is too slow may take.</summary>
    public static readonly TimeSpan LastWord = TimeSpan.FromSeconds(2);

    /// <summary>The most bytes of the path of a Unix socket, as the system has it.</summary>
    public const int MaxSocketPath = 107;

    /// <summary>The most bytes of a report of another program.</summary>
    public const int MaxReportBytes = 16 * 1024 * 1024;

    /// <summary>How deep the JSON of a report may be nested: a value of a log, and what stands around it.</summary>
    public const int MaxReportDepth = 256;
}
