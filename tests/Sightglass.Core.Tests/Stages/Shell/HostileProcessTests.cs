using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Shell;

/// <summary>Processes that do what they should not: each is handled, and nothing of it stays.</summary>
public sealed class HostileProcessTests
{
    [Fact]
    public async Task Flood_of_standard_error_is_taken_while_nothing_comes_on_the_other()
    {
        var output = new RecordedOutput { KeepsBytes = false };

        var result = await ShellHarness.RunAsync(ShellHarness.Script("head -c 200000000 /dev/zero >&2; echo done"), output);

        Assert.Equal(200_000_005, output.Bytes);
        Assert.Equal("done\n", result.Json().GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Process_that_closes_its_output_and_ignores_the_request_ends_with_the_grace()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script("exec >&- 2>&-; trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done"), folder: folder.Path, stop: stop, time: time);
        var pid = await PidAsync(folder, "pid");

        await stop.CancelAsync();
        await time.ArmedAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
        Assert.False(ShellHarness.IsAlive(pid));
    }

    [Fact]
    public async Task Process_that_fills_its_pipe_and_sleeps_is_ended_when_told_to()
    {
        using var folder = new TemporaryFolder();
        var output = new RecordedOutput { Room = new TaskCompletionSource().Task };
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(ShellHarness.Script("echo $$ > pid; head -c 60000 /dev/zero; echo full > full; exec sleep 1000"), output, folder: folder.Path, stop: stop);
        var pid = await PidAsync(folder, "pid");
        await ShellHarness.FileAsync(Path.Combine(folder.Path, "full"));

        await stop.CancelAsync();
        output.Room = Task.CompletedTask;

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
        Assert.False(ShellHarness.IsAlive(pid));
    }

    [Theory]
    [InlineData("set -m; sh -c 'echo $$ > pid; exec sleep 1000' & while [ ! -s pid ]; do sleep 0.01; done", "a process group of its own")]
    [InlineData("setsid sh -c 'echo $$ > pid; exec sleep 1000' & while [ ! -s pid ]; do sleep 0.01; done", "a session of its own")]
    [InlineData("setsid sh -c '(setsid sh -c \"echo \\$\\$ > pid; exec sleep 1000\" &)' & while [ ! -s pid ]; do sleep 0.01; done", "forked twice, each in a session")]
    public async Task Process_that_moves_away_ends_with_the_stage(string script, string how)
    {
        using var folder = new TemporaryFolder();

        var result = await ShellHarness.RunAsync(ShellHarness.Script(script), folder: folder.Path, time: new ManualTime());

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.False(ShellHarness.IsAlive(await PidAsync(folder, "pid")), how);
    }

    [Fact]
    public async Task Bomb_of_200_children_that_ignore_the_request_leaves_none()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        var script = "trap '' TERM; i=0; while [ $i -lt 200 ]; do (setsid sh -c 'echo $$ >> pids; while :; do sleep 7; done' &); i=$((i+1)); done; while [ $(wc -l < pids) -lt 200 ]; do sleep 0.02; done";
        var running = ShellHarness.RunAsync(ShellHarness.Script(script), folder: folder.Path, time: time);

        await time.ArmedAsync(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        var result = await running;

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        var pids = File.ReadAllLines(Path.Combine(folder.Path, "pids"));
        Assert.Equal(200, pids.Length);
        Assert.DoesNotContain(pids, pid => ShellHarness.IsAlive(ShellHarness.Pid(pid)));
    }

    [Fact]
    public async Task Grandchild_that_holds_the_pipe_and_prints_on_is_ended_and_what_it_printed_before_stays()
    {
        using var folder = new TemporaryFolder();
        var output = new RecordedOutput();

        var result = await ShellHarness.RunAsync(
            ShellHarness.Script("(sh -c 'echo $$ > pid; while :; do echo still here; sleep 0.01; done' &); while [ ! -s pid ]; do sleep 0.01; done; echo last"),
            output,
            folder: folder.Path,
            time: new ManualTime());

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Contains("last\n", output.Text, StringComparison.Ordinal);
        Assert.False(ShellHarness.IsAlive(await PidAsync(folder, "pid")));
    }

    [Fact]
    public async Task Output_without_a_line_end_and_with_broken_characters_arrives_as_it_is()
    {
        var output = new RecordedOutput();

        var result = await ShellHarness.RunAsync(ShellHarness.Script("printf 'a\\377\\300b\\303'"), output);

        Assert.Equal([(byte)'a', 0xFF, 0xC0, (byte)'b', 0xC3], output.Raw);
        Assert.Equal("a\uFFFD\uFFFDb\uFFFD", result.Json().GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Process_that_turns_into_a_program_without_an_environment_ends_with_the_stage()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync("""{"exec":["env","-i","/bin/sh","-c","echo $$ > pid; /bin/sleep 1000"]}""", folder: folder.Path, stop: stop, time: new ManualTime());
        var pid = await PidAsync(folder, "pid");

        await stop.CancelAsync();

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
        Assert.False(ShellHarness.IsAlive(pid));
    }

    private static async Task<int> PidAsync(TemporaryFolder folder, string name) => ShellHarness.Pid(await ShellHarness.FileAsync(Path.Combine(folder.Path, name)));
}
