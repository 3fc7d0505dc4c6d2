namespace Sightglass.Cli;

/// <summary>Bounds of what commands read and show.</summary>
internal static class CliLimits
{
    /// <summary>The most characters of a password that is typed.</summary>
    public const int MaxPasswordChars = 256;

    /// <summary>The most bytes of a text that is given as <c>@FILE</c> or on standard input.</summary>
    public const long MaxInputBytes = 10 * 1024 * 1024;

    /// <summary>The most bytes of an answer of the owner of a data folder.</summary>
    public const int MaxAnswerBytes = 64 * 1024 * 1024;

    /// <summary>The most bytes of a line in a stream of its owner.</summary>
    public const int MaxStreamLineBytes = 1024 * 1024;

    /// <summary>The most bytes of the file in which the owner of a data folder names itself.</summary>
    public const int MaxOwnerBytes = 64 * 1024;

    /// <summary>How many lines of a stage's output the terminal keeps.</summary>
    public const int TailLines = 8;

    /// <summary>The most characters of one of them; of longer ones the end.</summary>
    public const int MaxTailChars = 2000;

    /// <summary>The most characters of a line that a stage prints; a longer one is shown as several.</summary>
    public const int MaxOpenLineChars = 64 * 1024;

    /// <summary>The most characters of lines that wait for their ends, of all executions of a <c>tail</c> together.</summary>
    public const int MaxTailHeldChars = 8 * 1024 * 1024;

    /// <summary>How many executions under way a <c>tail</c> knows.</summary>
    public const int MaxTailed = 10_000;

    /// <summary>How many of them it reads at the same time; the others take turns.</summary>
    public const int TailPlaces = 200;

    /// <summary>Of how many ended executions it knows how far it has read.</summary>
    public const int MaxTailEnded = 10_000;

    /// <summary>How many pages of a thousand executions it looks through for what came while it was away.</summary>
    public const int MaxTailPages = 20;

    /// <summary>How long one is quiet before it gives its place to another that waits.</summary>
    public static readonly TimeSpan TailTurn = TimeSpan.FromSeconds(1);

    /// <summary>How long it waits before it opens a stream again that the server has closed, or reads the lists where it streams nothing.</summary>
    public static readonly TimeSpan TailPoll = TimeSpan.FromSeconds(2);

    /// <summary>How many lines of a result are shown.</summary>
    public const int MaxResultLines = 40;

    /// <summary>How many characters of a result are shown.</summary>
    public const int MaxResultChars = 8000;

    /// <summary>How many pages of a thousand executions are searched for a shortened id.</summary>
    public const int MaxFinderPages = 20;

    /// <summary>How many files beside one that was named are looked at for the pipelines that it calls.</summary>
    public const int MaxNeighbours = 10_000;

    /// <summary>The most stages that run at once.</summary>
    public const int MaxSlots = 10_000;

    /// <summary>The most bytes of the path of a Unix socket, as the system has it.</summary>
    public const int MaxSocketPath = 107;

    /// <summary>The most characters of a token.</summary>
    public const int MaxTokenChars = 4096;

    /// <summary>How long a connection to a server may take.</summary>
    public static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(15);

    /// <summary>How long a server may take to begin an answer.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(100);

    /// <summary>How many bytes a second a body is expected to take at least; a larger one has longer to be answered.</summary>
    public const int SlowestUpload = 32 * 1024;

    /// <summary>How long a stream that is followed may be silent; a server sends a sign of life each 15 seconds.</summary>
    public static readonly TimeSpan SilentStream = TimeSpan.FromSeconds(60);

    /// <summary>For how long a server that has gone is tried again, where nothing else is asked.</summary>
    public static readonly TimeSpan ReconnectTime = TimeSpan.FromMinutes(10);

    /// <summary>The longest time for which that can be asked.</summary>
    public static readonly TimeSpan MaxReconnectTime = TimeSpan.FromDays(30);

    /// <summary>The longest pause between two tries.</summary>
    public static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(5);

    /// <summary>The most characters of a secret in the first line of a file.</summary>
    public const int MaxSecretChars = 4096;
}
