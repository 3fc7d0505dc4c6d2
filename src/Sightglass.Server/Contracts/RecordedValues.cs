using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Server.Contracts;

/// <summary>Values for clients that know no references.</summary>
internal static class RecordedValues
{
    /// <summary>Gives a value itself in place of its reference, unless it is too large for a message.</summary>
    public static async ValueTask<Payload?> InlinedAsync(IEventStore store, Payload? payload, CancellationToken cancellationToken)
    {
        if (payload is not { IsInline: false, Bytes: <= ContractLimits.MaxInlinedBytes }) return payload;
        try
        {
            return Payload.FromJson(await LogReader.ReadValueAsync(store, payload.Reference!, payload.Bytes, cancellationToken).ConfigureAwait(false));
        }
        catch (InvalidDataException)
        {
            // Gone, or damaged: the reference says at least what it was.
            return payload;
        }
    }
}
