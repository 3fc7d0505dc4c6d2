using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

public sealed class StageCountsTests
{
    // The same table holds for the dashboard: executions.test.ts.
    [Theory]
    [InlineData(ExecutionStatus.Running, 5, 2, 0, 1, 3, 0.6)]
    [InlineData(ExecutionStatus.Running, 5, 2, 1, 0, 3, 0.6)]
    [InlineData(ExecutionStatus.Paused, 4, 1, 0, 1, 2, 0.5)]
    [InlineData(ExecutionStatus.Completed, 5, 4, 0, 1, 5, 1)]
    [InlineData(ExecutionStatus.Completed, 5, 4, 1, 0, 5, 1)]
    [InlineData(ExecutionStatus.Failed, 3, 1, 1, 1, 1, 1 / 3.0)]
    [InlineData(ExecutionStatus.Failed, 3, 3, 0, 0, 3, 0.99)]
    [InlineData(ExecutionStatus.Cancelled, 3, 1, 0, 2, 1, 1 / 3.0)]
    [InlineData(ExecutionStatus.Cancelled, 4, 0, 0, 4, 0, 0)]
    [InlineData(ExecutionStatus.Queued, 0, 0, 0, 0, 0, 0)]
    public void Stages_are_done_that_completed_or_need_not_run_unless_the_execution_ended_ill(
        ExecutionStatus status, int total, int completed, int failed, int skipped, int done, double share)
    {
        var counts = new StageCounts(total, completed, failed, 0, total - completed - failed - skipped, skipped);

        Assert.Equal(done, counts.DoneIn(status));
        Assert.Equal(share, counts.ShareDoneIn(status));
    }
}
