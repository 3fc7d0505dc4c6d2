namespace Sightglass.Core.Stages.Shell;

/// <summary>Settings of the <c>shell</c> stage type.</summary>
public sealed record ShellStageOptions
{
    /// <summary>Gets names of environment variables of this process that children get besides <c>PATH</c>, <c>HOME</c>,
    /// the locale, the time zone, the temporary folder and the user.</summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> PassEnvironment { get; init; } = [];

    /// <summary>Gets how much of each stream's end is kept in the stage's output, in bytes.</summary>
    /// <value>1 MB.</value>
    public int KeepBytes { get; init; } = 1 << 20;

    /// <summary>Gets how much standard output is kept where the stage reads it as JSON, in bytes; more fails the stage.</summary>
    /// <value>8 MB.</value>
    public int KeepJsonBytes { get; init; } = 8 << 20;

    /// <summary>Gets how long after the end of a process what it left behind may take to end.</summary>
    /// <value>2 seconds.</value>
    public TimeSpan LeftoverLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets the file in which running processes are recorded (mark, number, start), so that after a sudden end of
    /// this program <see cref="OrphanedProcesses"/> finds what it left. It belongs to one program at a time. Linux only.</summary>
    /// <value>None: nothing is recorded.</value>
    public string? RecordFile { get; init; }

    /// <summary>Gets whether children are started as on systems without <c>posix_spawn</c>, so that tests reach that way.</summary>
    internal bool IsPortable { get; init; }

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1 or above what an output may have, or the time is negative or longer than a day.</exception>
    internal ShellStageOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepJsonBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(KeepBytes, Executions.ExecutionLimits.MaxOutputBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(KeepJsonBytes, Executions.ExecutionLimits.MaxOutputBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(LeftoverLimit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LeftoverLimit, TimeSpan.FromDays(1));
        return this;
    }
}
