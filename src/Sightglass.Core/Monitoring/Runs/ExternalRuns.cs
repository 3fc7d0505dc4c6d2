using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Tells runs that other programs report from executions that an engine may take up.</summary>
internal static class ExternalRuns
{
    /// <summary>What <c>execution.created</c> names as the trigger of such a run.</summary>
    public const string Trigger = "external";

    /// <summary>Tells whether another program runs it and only reports.</summary>
    public static async ValueTask<bool> IsOneAsync(IEventStore store, Guid id, CancellationToken cancellationToken = default)
    {
        var first = await store.ReadAsync(id, 0, BlockFilter.Decisions, 1, cancellationToken).ConfigureAwait(false);
        return first.Blocks.Count > 0 && EventJson.ReadBlock(first.Blocks[0].Bytes).First().Data is ExecutionCreated { Trigger: Trigger };
    }
}
