using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Tells runs that other programs report from executions that an engine may take up.</summary>
internal static class ExternalRuns
{
    /// <summary>What <c>execution.created</c> names as the trigger of such a run.</summary>
    public const string Trigger = "external";

    /// <summary>What it names where the log was brought from elsewhere: nobody runs it any more.</summary>
    public const string Imported = "import";

    /// <summary>Tells whether another program runs it and only reports.</summary>
    public static async ValueTask<bool> IsOneAsync(IEventStore store, Guid id, CancellationToken cancellationToken = default) =>
        await TriggerOfAsync(store, id, cancellationToken).ConfigureAwait(false) == Trigger;

    /// <summary>Tells whether no engine here may take it up: another program runs it, or it was imported.</summary>
    public static async ValueTask<bool> IsForeignAsync(IEventStore store, Guid id, CancellationToken cancellationToken = default) =>
        await TriggerOfAsync(store, id, cancellationToken).ConfigureAwait(false) is Trigger or Imported;

    private static async ValueTask<string?> TriggerOfAsync(IEventStore store, Guid id, CancellationToken cancellationToken)
    {
        var first = await store.ReadAsync(id, 0, BlockFilter.Decisions, 1, cancellationToken).ConfigureAwait(false);
        return first.Blocks.Count > 0 && EventJson.ReadBlock(first.Blocks[0].Bytes).First().Data is ExecutionCreated created ? created.Trigger : null;
    }
}
