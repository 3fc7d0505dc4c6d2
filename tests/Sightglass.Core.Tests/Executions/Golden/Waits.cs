namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>What stages of scenarios wait for.</summary>
internal static class Waits
{
    /// <summary>Completes when the attempt is told to stop.</summary>
    public static async Task UntilStopped(CancellationToken token)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }
}
