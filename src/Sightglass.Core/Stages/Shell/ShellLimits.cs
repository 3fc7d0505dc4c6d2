namespace Sightglass.Core.Stages.Shell;

/// <summary>Bounds of processes that nobody needs to change; the others are in <see cref="ShellStageOptions"/>.</summary>
internal static class ShellLimits
{
    /// <summary>How many lines of standard error an error quotes.</summary>
    public const int MaxDetailLines = 20;

    /// <summary>The most bytes of them.</summary>
    public const int MaxDetailLength = 4000;

    /// <summary>What is still read of a pipe when nobody waits for its end any longer; a writer that is still there writes on
    /// for ever.</summary>
    public const int MaxLastBytes = 1024 * 1024;

    /// <summary>How many marks of processes are remembered.</summary>
    public const int MaxKnownMarks = 8192;

    /// <summary>How many numbers of new processes are tried one by one before all are listed.</summary>
    public const int MaxProbes = 256;

    /// <summary>The most bytes of a process's environment that are searched for its mark.</summary>
    public const int MaxEnvironmentBytes = 1024 * 1024;

    /// <summary>How many open files of a process are searched for the pipes of an attempt.</summary>
    public const int MaxOpenFiles = 4096;

    /// <summary>How long the end by force of what a dead program left running is waited for.</summary>
    public static readonly TimeSpan OrphanEnd = TimeSpan.FromSeconds(5);
}
