using System.Globalization;
using System.Text.Json;

namespace Sightglass.Core.Stages.Shell;

/// <summary>What came of one run of a child.</summary>
/// <param name="Exit">How the child ended; null when it was told to stop and did not.</param>
/// <param name="Stopped">It was told to stop.</param>
/// <param name="Output">The end of standard output.</param>
/// <param name="Error">The end of standard error.</param>
/// <param name="CpuMs">Processor time of the tree.</param>
/// <param name="PeakMemoryBytes">Largest resident memory of the tree.</param>
internal sealed record ShellEnd(ChildExit? Exit, bool Stopped, TailBuffer Output, TailBuffer Error, double CpuMs, long PeakMemoryBytes);

/// <summary>
/// One child from its start to the moment when nothing of it is left: its streams run into the log, its tree is measured,
/// and whatever way it ends, the tree ends with it.
/// </summary>
internal sealed class ShellSession(StageRun run, ChildProcess child, ShellStageOptions options, bool isJson)
{
    private static readonly TimeSpan s_firstSample = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_lastSample = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly string? s_bootId = BootId();

    private readonly long _ownPeak = OwnPeak();

    public async Task<ShellEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var output = new StreamPump(child.StandardOutput, OutputStream.Output, run, isJson ? options.KeepJsonBytes : options.KeepBytes);
        using var error = new StreamPump(child.StandardError, OutputStream.Error, run, options.KeepBytes);
        var streams = Task.WhenAll(output.Done, error.Done);
        using var sampler = new Sampler(child.Tree, run.Time, s_firstSample, s_lastSample);
        try
        {
            await RecordStartAsync(cancellationToken);
            var stopped = await WaitAsync(output.Done, error.Done, cancellationToken);
            if (stopped)
                await StopAsync();
            var exited = run.Time.GetTimestamp();
            await EndLeftoversAsync();
            await FinishStreamsAsync(streams, output, error, exited, cancellationToken);
            return End(stopped, output, error);
        }
        catch (Exception)
        {
            // A failure of the log: what runs has nobody to report to any more.
            output.StopWriting();
            error.StopWriting();
            await KillAsync();
            await streams.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    // True when it was told to stop before it ended.
    private async Task<bool> WaitAsync(Task output, Task error, CancellationToken cancellationToken)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stop);
        await Task.WhenAny(child.Exited, stop.Task, FaultOf(output), FaultOf(error));
        if (output.IsFaulted)
            await output;
        if (error.IsFaulted)
            await error;
        return !child.Exited.IsCompleted;
    }

    // A stream that ends says nothing about the child, which may have closed it; a stream that fails does.
    private static async Task FaultOf(Task stream)
    {
        await stream.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stream.IsFaulted)
            await new TaskCompletionSource().Task;
    }

    private async Task StopAsync()
    {
        var start = run.Time.GetTimestamp();
        child.Tree.Terminate();
        while (!(child.Exited.IsCompleted && child.Tree.Count() == 0) && run.Time.GetElapsedTime(start) < run.Grace)
            await PauseAsync();
        if (child.Exited.IsCompleted && child.Tree.Count() == 0)
            return;
        await KillAsync();
    }

    private async Task EndLeftoversAsync()
    {
        if (!child.Exited.IsCompleted)
            return;
        (child.Tree as LinuxProcessTree)?.MainEnded();
        var start = run.Time.GetTimestamp();
        if (child.Tree.Terminate() == 0)
            return;
        while (child.Tree.Count() > 0 && run.Time.GetElapsedTime(start) < options.LeftoverLimit / 2)
            await PauseAsync();
        if (child.Tree.Count() > 0)
            await KillAsync();
    }

    // Again and again, for a process may start another between a look and the kill.
    private async Task KillAsync()
    {
        var start = run.Time.GetTimestamp();
        while (child.Tree.Kill() > 0 || !child.Exited.IsCompleted)
        {
            if (run.Time.GetElapsedTime(start) > options.LeftoverLimit)
            {
                await ReportSurvivorsAsync();
                return;
            }

            await PauseAsync();
        }
    }

    private async Task FinishStreamsAsync(Task streams, StreamPump output, StreamPump error, long exited, CancellationToken cancellationToken)
    {
        // Every writer is gone, so the pipes end by themselves, however long the log takes for the rest. A process that was
        // not found may hold one open: after the limit what is there is taken, and no more.
        var rest = options.LeftoverLimit - run.Time.GetElapsedTime(exited);
        if (!await EndsWithinAsync(streams, rest > TimeSpan.Zero ? rest : TimeSpan.FromMilliseconds(1)))
        {
            output.StopReading();
            error.StopReading();
        }

        // Once told to stop, a log that takes nothing must not keep the stage.
        var stop = Task.Delay(Timeout.InfiniteTimeSpan, run.Time, cancellationToken);
        if (await Task.WhenAny(streams, stop) != streams && !await EndsWithinAsync(streams, options.LeftoverLimit))
        {
            output.StopWriting();
            error.StopWriting();
        }

        await streams;
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        if (task.IsCompleted)
            return true;
        using var enough = new CancellationTokenSource();
        var first = await Task.WhenAny(task, Task.Delay(limit, run.Time, enough.Token));
        await enough.CancelAsync();
        return first == task;
    }

    private Task PauseAsync() => Task.Delay(s_look, run.Time);

    private ShellEnd End(bool stopped, StreamPump output, StreamPump error)
    {
        ChildExit? exit = child.Exited.IsCompletedSuccessfully ? child.Exited.Result : null;
        var peak = child.Tree.PeakMemoryBytes;
        // Linux counts the memory of the starting program into its child's maximum (the two share it until exec), so the
        // number means something only above what this program itself ever had.
        if (exit?.MaxResidentBytes is { } max && max > _ownPeak)
            peak = Math.Max(peak, max);
        return new ShellEnd(exit, stopped, output.Tail, error.Tail, (exit?.CpuMs ?? 0) + child.Tree.OrphanCpuMs, peak);
    }

    private async ValueTask RecordStartAsync(CancellationToken cancellationToken)
    {
        if (child.Tree is not LinuxProcessTree { StartTicks: >= 0 and var start })
            return;
        // With these three a later process recognises this one after a restart of the program or the machine.
        var fields = JsonSerializer.SerializeToElement(new Dictionary<string, string?>
        {
            ["pid"] = child.Id.ToString(CultureInfo.InvariantCulture),
            ["startTicks"] = start.ToString(CultureInfo.InvariantCulture),
            ["bootId"] = s_bootId,
        }, ShellJson.Default.DictionaryStringString);
        try
        {
            await run.Output.LogAsync(LogSeverity.Debug, "process started", fields, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task ReportSurvivorsAsync()
    {
        var pids = string.Join(", ", child.Tree.Members);
        using var limit = new CancellationTokenSource(options.LeftoverLimit, run.Time);
        try
        {
            await run.Output.LogAsync(LogSeverity.Warning, $"these processes did not end when killed: {pids}", null, limit.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static string? BootId()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static unsafe long OwnPeak()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        LibC.ResourceUse use;
        return LibC.getrusage(0, &use) == 0 ? use.MaxResidentKilobytes * 1024L : long.MaxValue;
    }
}
