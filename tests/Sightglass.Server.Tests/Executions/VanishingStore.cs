using Sightglass.Core.Ports;
using Sightglass.Tests;

namespace Sightglass.Server.Tests.Executions;

/// <summary>A store in which one execution is deleted at the moment when somebody has begun to read it.</summary>
internal sealed class VanishingStore() : PassingStore(new InMemoryEventStore()), IStoreUpkeep
{
    /// <summary>Gets or sets the execution; it is deleted once it is claimed, or before a value is read.</summary>
    public Guid? Vanishes { get; set; }

    public StoreTrouble? Trouble => Upkeep.Trouble;

    private IStoreUpkeep Upkeep => (IStoreUpkeep)Inner;

    public override async ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default)
    {
        var epoch = await base.ClaimAsync(executionId, cancellationToken);
        await VanishAsync();
        return epoch;
    }

    public override async ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default)
    {
        await VanishAsync();
        return await base.ReadValueAsync(reference, offset, length, cancellationToken);
    }

    public ValueTask<EraseOutcome> EraseAsync(Guid executionId, ErasureRequest request, CancellationToken cancellationToken = default) => Upkeep.EraseAsync(executionId, request, cancellationToken);

    public ValueTask<Tombstone?> FindTombstoneAsync(Guid executionId, CancellationToken cancellationToken = default) => Upkeep.FindTombstoneAsync(executionId, cancellationToken);

    public ValueTask<int> ForgetTombstonesAsync(DateTimeOffset erasedBefore, CancellationToken cancellationToken = default) => Upkeep.ForgetTombstonesAsync(erasedBefore, cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListPipelinesAsync(CancellationToken cancellationToken = default) => Upkeep.ListPipelinesAsync(cancellationToken);

    public ValueTask<IReadOnlyList<Guid>> ListEndedAsync(EndedQuery query, CancellationToken cancellationToken = default) => Upkeep.ListEndedAsync(query, cancellationToken);

    private async Task VanishAsync()
    {
        if (Vanishes is not { } id) return;
        Vanishes = null;
        await Upkeep.EraseAsync(id, new ErasureRequest(DateTimeOffset.UnixEpoch, "test"));
    }
}
