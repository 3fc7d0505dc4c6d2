namespace Sightglass.Core.Stages.Shell;

/// <summary>What to start, complete: nothing is inherited but what is named here.</summary>
internal sealed record ShellCommand
{
    /// <summary>Gets the program: a path, or a name looked up in the <c>PATH</c> of <see cref="Environment"/>.</summary>
    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string Folder { get; init; }

    /// <summary>Gets the text for standard input; null closes it.</summary>
    public string? Input { get; init; }

    /// <summary>Gets the text that no other attempt has in its environment; children inherit it wherever they go.</summary>
    public required string Token { get; init; }

    /// <summary>Gets what is told of the pipes of standard output and standard error, by the numbers that the system knows
    /// them by, before the program is started; they are 0 where nobody knows.</summary>
    /// <exception cref="IOException">It must not be started.</exception>
    public Action<long, long>? BeforeStart { get; init; }

    public const string TokenVariable = "SIGHTGLASS_ATTEMPT_TOKEN";

    /// <summary>Finds the file to start. Searching here and not in the child lets the message name what was looked for.</summary>
    public StageError? Resolve(out string path)
    {
        path = Program;
        if (!Directory.Exists(Folder))
            return new StageError("start_failed", $"The working folder '{Folder}' does not exist; create it or correct 'workdir'.");
        if (Program.Contains('/') || (OperatingSystem.IsWindows() && Program.Contains('\\')))
        {
            path = Path.GetFullPath(Program, Folder);
            return Check(path);
        }

        var search = Environment.GetValueOrDefault("PATH") ?? "";
        string? denied = null;
        foreach (var folder in search.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Combine(Folder, folder, Program);
            if (!File.Exists(candidate))
            {
                if (!OperatingSystem.IsWindows() || !File.Exists(candidate += ".exe"))
                    continue;
            }

            if (Check(candidate) is null)
            {
                path = candidate;
                return null;
            }

            denied ??= candidate;
        }

        return denied is null
            ? new StageError("start_failed", $"'{Program}' was not found in PATH ({search}); install it or give its full path.")
            : NotExecutable(denied);
    }

    public static StageError NotExecutable(string path) =>
        new("start_failed", $"'{path}' is not executable; run 'chmod +x' on it, or start it through its interpreter.");

    private static StageError? Check(string path)
    {
        if (Directory.Exists(path))
            return new StageError("start_failed", $"'{path}' is a folder, not a program.");
        if (!File.Exists(path))
            return new StageError("start_failed", $"'{path}' was not found; correct the path, which starts from 'workdir'.");
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & execute) != 0 ? null : NotExecutable(path);
    }
}
