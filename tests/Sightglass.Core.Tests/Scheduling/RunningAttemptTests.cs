using System.Runtime.CompilerServices;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class RunningAttemptTests
{
    [Fact]
    public void A_timeout_that_comes_after_the_end_is_no_error()
    {
        var attempt = new RunningAttempt((StartAttempt)RuntimeHelpers.GetUninitializedObject(typeof(StartAttempt)), EngineParts.Default);
        attempt.Dispose();

        Assert.Null(Record.Exception(attempt.TimeOut));
        Assert.Null(Record.Exception(attempt.Dispose));
    }
}
