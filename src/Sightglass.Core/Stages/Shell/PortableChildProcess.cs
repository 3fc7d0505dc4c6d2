using System.ComponentModel;
using System.Diagnostics;

namespace Sightglass.Core.Stages.Shell;

/// <summary>A child started by System.Diagnostics.Process: Windows, macOS, and Linux where .NET collects every child.</summary>
internal sealed class PortableChildProcess : ChildProcess
{
    private readonly Process _process;

    private PortableChildProcess(Process process, ShellCommand command)
    {
        _process = process;
        Id = process.Id;
        Tree = OperatingSystem.IsLinux() ? new LinuxProcessTree(Id, command.Token, ownSession: false) : new PortableProcessTree(process);
        Exited = WaitAsync();
        Fed = FeedAsync(command.Input);
    }

    public override int Id { get; }

    public override Stream StandardOutput => _process.StandardOutput.BaseStream;

    public override Stream StandardError => _process.StandardError.BaseStream;

    public override Task<ChildExit> Exited { get; }

    public override ProcessTree Tree { get; }

    /// <summary>Gets the task that writes standard input; it never fails.</summary>
    public Task Fed { get; }

    public static (ChildProcess? Child, StageError? Error) Start(ShellCommand command, string path)
    {
        var start = new ProcessStartInfo(path)
        {
            WorkingDirectory = command.Folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        command.BeforeStart?.Invoke(0, 0);
        try
        {
            return (new PortableChildProcess(Process.Start(start)!, command), null);
        }
        catch (Win32Exception e)
        {
            return (null, new StageError("start_failed", $"'{path}' could not be started: {e.Message}."));
        }
    }

    public override void Dispose()
    {
        _process.Dispose();
        Tree.Dispose();
    }

    private async Task<ChildExit> WaitAsync()
    {
        // Process.WaitForExitAsync also waits for the pipes when they are read by events; ours are read as streams.
        await _process.WaitForExitAsync();
        var signal = !OperatingSystem.IsWindows() && _process.ExitCode is > 128 and < 128 + 65 ? _process.ExitCode - 128 : 0;
        double? cpu = null;
        if (OperatingSystem.IsWindows())
            cpu = _process.TotalProcessorTime.TotalMilliseconds;
        return new ChildExit(_process.ExitCode, signal, cpu, null);
    }

    private async Task FeedAsync(string? input)
    {
        try
        {
            await using var writer = _process.StandardInput;
            if (input is not null)
                await writer.WriteAsync(input);
        }
        catch (IOException)
        {
            // The child ended or closed its input without reading all of it, as it may.
        }
    }
}
