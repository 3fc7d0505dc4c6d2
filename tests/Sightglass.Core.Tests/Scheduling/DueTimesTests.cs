using System.Runtime.CompilerServices;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class DueTimesTests
{
    private static readonly DateTimeOffset Later = DateTimeOffset.MaxValue.AddYears(-1);

    [Fact]
    public void An_execution_has_one_entry_however_often_its_due_time_changes_and_none_when_nothing_is_due()
    {
        using var times = new DueTimes(TimeProvider.System, _ => { });
        var actor = (ExecutionActor)RuntimeHelpers.GetUninitializedObject(typeof(ExecutionActor));
        for (var i = 0; i < 100; i++)
        {
            times.Schedule(actor, Later);
            times.Schedule(actor, Later.AddDays(-1));
        }

        Assert.Equal(1, times.Count);

        times.Schedule(actor, null);
        Assert.Equal(0, times.Count);
    }
}
