using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.EventStores;

/// <content>Whose values are, which every store says that also is an <see cref="IValueOwners"/>.</content>
public abstract partial class EventStoreSpec
{
    [Fact]
    public async Task Value_is_held_by_the_executions_that_named_it_and_by_their_organisations()
    {
        await using var store = Create();
        var owners = Assert.IsType<IValueOwners>(store, exactMatch: false);
        var (shared, own) = (SomeLog.Value(70_000), SomeLog.Value(70_000, 2));
        var (a, b, c) = (Log("acme", "deploy"), Log("acme", "test"), Log("default", "deploy"));
        await store.AppendAsync(a.Next() with { Values = [shared] }, Cancellation);
        await store.AppendAsync(b.Next(), Cancellation);
        await store.AppendAsync(b.Next() with { Values = [shared, own] }, Cancellation);
        await store.AppendAsync(c.Next(), Cancellation);

        Assert.True(await owners.HoldsValueAsync(a.Id, shared.Reference, Cancellation));
        Assert.False(await owners.HoldsValueAsync(a.Id, own.Reference, Cancellation));
        Assert.False(await owners.HoldsValueAsync(c.Id, shared.Reference, Cancellation));
        Assert.False(await owners.HoldsValueAsync(SomeLog.NewId(), shared.Reference, Cancellation));
        Assert.False(await owners.HoldsValueAsync(a.Id, "sha256:00", Cancellation));

        Assert.True(await owners.IsValueHeldAsync(shared.Reference, "acme", null, Cancellation));
        Assert.True(await owners.IsValueHeldAsync(shared.Reference, "acme", ["deploy"], Cancellation));
        Assert.False(await owners.IsValueHeldAsync(own.Reference, "acme", ["deploy"], Cancellation));
        Assert.False(await owners.IsValueHeldAsync(shared.Reference, "acme", [], Cancellation));
        Assert.False(await owners.IsValueHeldAsync(shared.Reference, "default", null, Cancellation));
        Assert.False(await owners.IsValueHeldAsync("sha256:00", "acme", null, Cancellation));
    }

    [Fact]
    public async Task Value_is_held_no_longer_when_the_execution_is_deleted()
    {
        await using var store = Create();
        var owners = Assert.IsType<IValueOwners>(store, exactMatch: false);
        var upkeep = Assert.IsType<IStoreUpkeep>(store, exactMatch: false);
        var value = SomeLog.Value(70_000);
        var (a, b) = (Log("acme", "deploy"), Log("default", "deploy"));
        a.Summary = a.Summary with { Status = ExecutionStatus.Completed, EndedAt = SomeLog.Epoch };
        await store.AppendAsync(a.Next() with { Values = [value] }, Cancellation);
        await store.AppendAsync(b.Next() with { Values = [value] }, Cancellation);
        await upkeep.EraseAsync(a.Id, new ErasureRequest(SomeLog.Epoch, "test"), Cancellation);

        Assert.False(await owners.HoldsValueAsync(a.Id, value.Reference, Cancellation));
        Assert.False(await owners.IsValueHeldAsync(value.Reference, "acme", null, Cancellation));
        Assert.True(await owners.IsValueHeldAsync(value.Reference, "default", null, Cancellation));
    }

    private static SomeLog Log(string organization, string pipeline)
    {
        var log = new SomeLog();
        log.Summary = log.Summary with { Organization = organization, PipelineId = pipeline };
        return log;
    }
}
