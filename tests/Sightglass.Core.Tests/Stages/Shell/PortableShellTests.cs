using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Shell;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Shell;

/// <summary>The way that Windows, macOS and containers where this program is process 1 take.</summary>
public sealed class PortableShellTests
{
    private static readonly ShellStageOptions s_portable = new() { IsPortable = true };

    [Fact]
    public async Task Script_gets_input_and_gives_output_and_exit_code()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("cat; echo err >&2; exit 7", new { stdin = "in" }), options: s_portable);

        Assert.Equal("""{"exitCode":7,"stdout":"in","stderr":"err\n"}""", result.Json().GetRawText());
    }

    [Fact]
    public async Task Script_that_reads_no_input_is_no_fault()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("true", new { stdin = new string('x', 1_000_000) }), options: s_portable);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
    }

    [Fact]
    public async Task Stage_fails_with_the_signal_when_one_ends_the_script()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("kill -TERM $$"), options: s_portable);

        Assert.Equal("killed_by_signal", result.Error?.Code);
    }

    [Fact]
    public async Task Stage_says_what_to_do_when_it_cannot_start()
    {
        var result = await ShellHarness.RunAsync("""{"exec":["no-such-program-here"]}""", options: s_portable);

        Assert.Equal("start_failed", result.Error?.Code);
    }

    [Fact]
    public async Task Stop_ends_the_tree_also_what_moved_away()
    {
        var output = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var running = ShellHarness.RunAsync(
            ShellHarness.Script("trap '' TERM; setsid sh -c 'echo $$; exec sleep 1000' & while :; do sleep 0.05; done"), output, options: s_portable, grace: TimeSpan.FromMilliseconds(200), stop: stop);
        await output.WhenAsync(o => o.Text.Contains('\n'));

        await stop.CancelAsync();

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
        Assert.False(ShellHarness.IsAlive(ShellHarness.Pid(output.Text)));
    }

    [Fact]
    public async Task Leftovers_end_when_the_process_has_ended()
    {
        var output = new RecordedOutput();

        var result = await ShellHarness.RunAsync(ShellHarness.Script("sleep 1000 & echo $!"), output, options: s_portable);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.False(ShellHarness.IsAlive(ShellHarness.Pid(output.Text)));
    }

    [Fact]
    public async Task Leftovers_are_found_also_in_the_instant_when_they_turn_into_another_program()
    {
        // Its environment cannot be read in that instant; with enough of them some are always there. That they are found is
        // the question, not how long the end of that many takes on a busy machine.
        var patient = s_portable with { LeftoverLimit = TimeSpan.FromSeconds(30) };
        var alive = await Task.WhenAll(Enumerable.Range(0, 300).Select(async _ =>
        {
            var output = new RecordedOutput();
            await ShellHarness.RunAsync(ShellHarness.Script("sleep 1000 & echo $!"), output, options: patient);
            return ShellHarness.IsAlive(ShellHarness.Pid(output.Text)) ? 1 : 0;
        }));

        Assert.Equal(0, alive.Sum());
    }
}
