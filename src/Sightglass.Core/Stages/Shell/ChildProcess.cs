namespace Sightglass.Core.Stages.Shell;

/// <summary>How a child ended.</summary>
/// <param name="Code">Its exit code; 128 and the signal's number where a signal ended it, -1 where nobody knows.</param>
/// <param name="Signal">The signal that ended it, 0 for none.</param>
/// <param name="CpuMs">Processor time of it and of the children it waited for; null where the system does not tell.</param>
/// <param name="MaxResidentBytes">Largest resident memory of one process among them; null where the system does not tell.</param>
internal readonly record struct ChildExit(int Code, int Signal, double? CpuMs, long? MaxResidentBytes)
{
    /// <summary>Somebody else in this program collected the exit status.</summary>
    public static ChildExit Unknown => new(-1, 0, null, null);
}

/// <summary>A started child: its streams, its end and the processes that came of it.</summary>
internal abstract class ChildProcess : IDisposable
{
    public abstract int Id { get; }

    public abstract Stream StandardOutput { get; }

    public abstract Stream StandardError { get; }

    /// <summary>Gets the end of the child itself; its own children may outlive it.</summary>
    public abstract Task<ChildExit> Exited { get; }

    /// <summary>Gets every process that came of the child.</summary>
    public abstract ProcessTree Tree { get; }

    public abstract void Dispose();

    /// <summary>Starts a command.</summary>
    /// <param name="command">What to start.</param>
    /// <param name="isPortable">Starts it by System.Diagnostics.Process also where there is a better way.</param>
    /// <returns>The child, or why there is none.</returns>
    public static (ChildProcess? Child, StageError? Error) Start(ShellCommand command, bool isPortable)
    {
        if (command.Resolve(out var path) is { } problem)
            return (null, problem);
        return LinuxChildProcess.IsSupported && !isPortable ? LinuxChildProcess.Start(command, path) : PortableChildProcess.Start(command, path);
    }
}
