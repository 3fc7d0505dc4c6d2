using Sightglass.Core.Executions;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>The stage after a process begins on the thread that saw the process end.</summary>
public sealed class ProcessThreadsTests
{
    [Fact]
    public async Task Processes_go_on_when_stages_keep_the_threads_that_saw_others_end()
    {
        // More than there are such threads, and none comes back before all have been there.
        const int executions = 6;
        await using var harness = new EngineHarness();
        using var all = new CountdownEvent(executions);
        harness.Code.Register("stay", _ =>
        {
            all.Signal();
            return all.Wait(TimeSpan.FromSeconds(30));
        });

        var runs = await Task.WhenAll(Enumerable.Range(0, executions).Select(_ => Task.Run(() => harness.RunAsync("""
            id: held
            stages:
              - id: first
                shell: { run: "echo one; sleep 0.05; echo two" }
              - id: second
                needs: [first]
                code: { name: stay }
              - id: third
                needs: [second]
                shell: { run: "echo three" }
            """))));

        Assert.All(runs, run => Assert.Equal(ExecutionStatus.Completed, run.State.Status));
        Assert.All(runs, run => Assert.Equal("true", run.OutputOf("second")));
    }
}
