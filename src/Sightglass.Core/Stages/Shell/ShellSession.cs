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

    private readonly long _ownPeak = OwnPeak();

    /// <summary>Gets whether something of the tree did not end when killed.</summary>
    public bool HasSurvivors { get; private set; }

    public async Task<ShellEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var output = new StreamPump(child.StandardOutput, OutputStream.Output, run, isJson ? options.KeepJsonBytes : options.KeepBytes);
        using var error = new StreamPump(child.StandardError, OutputStream.Error, run, options.KeepBytes);
        var streams = Task.WhenAll(output.Done, error.Done);
        using var sampler = new Sampler(child.Tree, run.Time, s_firstSample, s_lastSample);
        try
        {
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
        child.Tree.Terminate();
        if (!await IsGoneWithinAsync(run.Grace))
            await KillAsync();
    }

    private async Task EndLeftoversAsync()
    {
        if (!child.Exited.IsCompleted)
            return;
        (child.Tree as LinuxProcessTree)?.MainEnded();
        if (child.Tree.Terminate() > 0 && !await IsGoneWithinAsync(options.LeftoverLimit / 2))
            await KillAsync();
    }

    private async Task<bool> IsGoneWithinAsync(TimeSpan limit)
    {
        var start = run.Time.GetTimestamp();
        while (child.Tree.Count() > 0 || !child.Exited.IsCompleted)
        {
            if (!await ChangesWithinAsync(limit - run.Time.GetElapsedTime(start)))
                return false;
        }

        return true;
    }

    // Again and again, for a process may start another between a look and the kill.
    private async Task KillAsync()
    {
        var start = run.Time.GetTimestamp();
        while (child.Tree.Kill() > 0 || !child.Exited.IsCompleted)
        {
            if (await ChangesWithinAsync(options.LeftoverLimit - run.Time.GetElapsedTime(start)))
                continue;
            await ReportSurvivorsAsync();
            return;
        }
    }

    // The system tells of ends, so that the clock is there for the limits alone.
    private Task<bool> ChangesWithinAsync(TimeSpan rest) =>
        rest > TimeSpan.Zero ? EndsWithinAsync(child.Tree.Members.Count > 0 ? child.Tree.MembersEndedAsync(run.Time) : child.Exited, rest) : Task.FromResult(false);

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

    private async Task ReportSurvivorsAsync()
    {
        HasSurvivors = true;
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

    private static unsafe long OwnPeak()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        LibC.ResourceUse use;
        return LibC.getrusage(0, &use) == 0 ? use.MaxResidentKilobytes * 1024L : long.MaxValue;
    }
}
