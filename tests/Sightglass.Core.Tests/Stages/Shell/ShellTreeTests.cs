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
        var output = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script("trap '' TERM; sleep 1000 & echo $$ $!; wait; wait; sleep 1000"), output, grace: s_short, stop: stop);
        await output.WhenAsync(o => o.Text.Contains('\n'));

        var start = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        var result = await running;

        Assert.Equal(StageOutcome.Cancelled, result.Outcome);
        Assert.InRange(Stopwatch.GetElapsedTime(start), s_short, TimeSpan.FromSeconds(60));
        Assert.All(output.Text.Split(' ', '\n').Where(t => t.Length > 0), pid => Assert.False(ShellHarness.IsAlive(ShellHarness.Pid(pid))));
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
    [InlineData("setsid sh -c 'trap \"\" TERM HUP; echo $$; while :; do sleep 1; done' & while [ ! -s pid ]; do sleep 0.01; done")]
    [InlineData("nohup sh -c 'echo $$; exec sleep 1000' 2>/dev/null & while [ ! -s pid ]; do sleep 0.01; done")]
    [InlineData("sleep 1000 & echo $!")]
    public async Task Leftovers_end_when_the_process_has_ended(string script)
    {
        using var folder = new TemporaryFolder();
        var output = new RecordedOutput();
        script = script.Replace("echo $$", "echo $$; echo $$ > pid", StringComparison.Ordinal);
        var start = Stopwatch.GetTimestamp();

        var result = await ShellHarness.RunAsync(ShellHarness.Script(script), output, folder: folder.Path);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "The stage waited for what it left behind.");
        await ShellHarness.UntilAsync(() => !ShellHarness.IsAlive(ShellHarness.Pid(output.Text)));
    }

    [Fact]
    public async Task Stage_ends_when_a_stranger_holds_its_pipe_and_keeps_what_was_written()
    {
        // The stranger opens the pipe through /proc and has neither the session, the parents nor the mark.
        using var folder = new TemporaryFolder();
        var output = new RecordedOutput();
        using var stranger = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"cd {folder.Path}; while [ ! -s pid ]; do sleep 0.01; done; exec 9> /proc/$(cat pid)/fd/1; echo stranger >&9; touch held; exec sleep 1000"]))!;
        try
        {
            var start = Stopwatch.GetTimestamp();
            var result = await ShellHarness.RunAsync(ShellHarness.Script("echo $$ > pid.new; mv pid.new pid; while [ ! -e held ]; do sleep 0.01; done; echo last"), output, folder: folder.Path);

            Assert.Equal(StageOutcome.Completed, result.Outcome);
            Assert.Equal("stranger\nlast\n", output.Text);
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(60));
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
        var output = new RecordedOutput { Room = new TaskCompletionSource().Task };
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script("while :; do echo line; done"), output, grace: s_short, stop: stop);
        await output.WhenAsync(o => o.Logs.Count > 0);

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
