using Sightglass.Core.Ports;

namespace Sightglass.Server.Access;

/// <summary>Stands in where a store keeps no records: there are no accounts then, and none can be made.</summary>
internal sealed class NoRecords : IRecordStore
{
    public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default) => new((StoredRecord?)null);

    public ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default) =>
        throw new StoreUnavailableException("records_missing", "The store of this server keeps no records, so accounts, tokens and audit entries cannot be kept.");

    public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default) => new(new RecordPage([], null));
}
