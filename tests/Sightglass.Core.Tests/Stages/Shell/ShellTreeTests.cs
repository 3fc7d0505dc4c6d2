using System.Diagnostics;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Shell;

/// <summary>That nothing of a stage outlives it.</summary>
public sealed class ShellTreeTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Stop_ends_a_process_that_runs_for_ever()
    {
        var output = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script("trap 'echo bye; exit 0' TERM; echo $$; while :; do sleep 0.05; done"), output, stop: stop);
        await output.WhenAsync(o => o.Text.Contains('\n'));

        await stop.CancelAsync();
        var result = await running;

        Assert.Equal(StageOutcome.Cancelled, result.Outcome);
        Assert.EndsWith("bye\n", output.Text, StringComparison.Ordinal);
        Assert.False(ShellHarness.IsAlive(ShellHarness.Pid(output.Text.Split('\n')[0])));
    }

    [Fact]
    public async Task Stop_kills_what_ignores_the_request_when_the_grace_is_over()
    {
        var time = new ManualTime();
        var output = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script("trap '' TERM; sleep 1000 & echo $$ $!; wait; wait; sleep 1000"), output, grace: TimeSpan.FromSeconds(5), stop: stop, time: time);
        await output.WhenAsync(o => o.Text.Contains('\n'));
        var pids = output.Text.Split(' ', '\n').Where(t => t.Length > 0).Select(ShellHarness.Pid).ToList();

        await stop.CancelAsync();
        await time.ArmedAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.All(pids, pid => Assert.True(ShellHarness.IsAlive(pid)));
        time.Advance(TimeSpan.FromMilliseconds(1));

        // It needs no more of the clock than that.
        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
        Assert.All(pids, pid => Assert.False(ShellHarness.IsAlive(pid)));
    }

    [Theory]
    [InlineData("setsid sh -c 'trap \"\" TERM HUP; echo $$; sleep 1000' &")]
    [InlineData("nohup sh -c 'echo $$; exec sleep 1000' 2>/dev/null &")]
    [InlineData("(setsid setsid sh -c 'echo $$; exec sleep 1000 >/dev/null 2>&1 </dev/null' &)")]
    [InlineData("env -i setsid sh -c 'echo $$; sleep 1000 & wait' & ")]
    [InlineData("sh -c 'kill -STOP $$' & echo $!")]
    public async Task Stop_ends_children_that_moved_away(string child)
    {
        var output = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script($"{child}\nwhile :; do sleep 0.05; done"), output, grace: s_short, stop: stop);
        await output.WhenAsync(o => o.Text.Contains('\n'));

        await stop.CancelAsync();
        await running;

        Assert.False(ShellHarness.IsAlive(ShellHarness.Pid(output.Text)));
    }

    [Theory]
    [InlineData("nohup sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 & while [ ! -s pid ]; do sleep 0.01; done")]
    [InlineData("sleep 1000 & echo $! > pid")]
    [InlineData("sh -c 'kill -STOP $$' & echo $! > pid")]
    [InlineData("(setsid setsid sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 </dev/null &); while [ ! -s pid ]; do sleep 0.01; done")]
    public async Task Leftovers_end_at_once_when_the_process_has_ended(string script)
    {
        // The clock stands still: nothing waits for it.
        using var folder = new TemporaryFolder();

        var result = await ShellHarness.RunAsync(ShellHarness.Script(script), folder: folder.Path, time: new ManualTime());

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.False(ShellHarness.IsAlive(ShellHarness.Pid(File.ReadAllText(System.IO.Path.Combine(folder.Path, "pid")))));
    }

    [Fact]
    public async Task Leftovers_that_ignore_the_request_are_killed_after_half_of_the_2_seconds()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        var running = ShellHarness.RunAsync(
            ShellHarness.Script("setsid sh -c 'trap \"\" TERM HUP; echo $$ > pid; while :; do sleep 1; done' & while [ ! -s pid ]; do sleep 0.01; done"), folder: folder.Path, time: time);
        var pid = ShellHarness.Pid(await ShellHarness.FileAsync(System.IO.Path.Combine(folder.Path, "pid")));

        await time.ArmedAsync(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(ShellHarness.IsAlive(pid));
        time.Advance(TimeSpan.FromMilliseconds(1));

        // It needs no more of the clock than that.
        Assert.Equal(StageOutcome.Completed, (await running).Outcome);
        Assert.False(ShellHarness.IsAlive(pid));
    }

    [Fact]
    public async Task Stage_ends_after_2_seconds_when_a_stranger_holds_its_pipe_and_keeps_what_was_written()
    {
        // The stranger opens the pipe through /proc and has neither the session, the parents nor the mark.
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        var output = new RecordedOutput();
        using var stranger = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"cd {folder.Path}; while [ ! -s pid ]; do sleep 0.01; done; exec 9> /proc/$(cat pid)/fd/1; echo stranger >&9; touch held; exec sleep 1000"]))!;
        try
        {
            var running = ShellHarness.RunAsync(ShellHarness.Script("echo $$ > pid.new; mv pid.new pid; while [ ! -e held ]; do sleep 0.01; done; echo last"), output, folder: folder.Path, time: time);
            await time.ArmedAsync(TimeSpan.FromSeconds(2));
            time.Advance(TimeSpan.FromMilliseconds(1999));
            Assert.False(running.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(1));

            Assert.Equal(StageOutcome.Completed, (await running).Outcome);
            Assert.Equal("stranger\nlast\n", output.Text);
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task Stop_is_not_held_up_by_a_log_that_takes_nothing()
    {
        using var folder = new TemporaryFolder();
        var output = new RecordedOutput { Room = new TaskCompletionSource().Task };
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script("echo $$ > pid; while :; do echo line; done"), output, grace: s_short, stop: stop, folder: folder.Path);
        await ShellHarness.FileAsync(System.IO.Path.Combine(folder.Path, "pid"));

        await stop.CancelAsync();

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
    }

    [Fact]
    public async Task Stages_do_not_end_each_other()
    {
        var first = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var staying = ShellHarness.RunAsync(ShellHarness.Script("echo $$; exec sleep 1000"), first, stop: stop);
        await first.WhenAsync(o => o.Text.Contains('\n'));

        await ShellHarness.RunAsync(ShellHarness.Script("sleep 1000 & true"));

        Assert.True(ShellHarness.IsAlive(ShellHarness.Pid(first.Text)));
        await stop.CancelAsync();
        await staying;
    }
}
