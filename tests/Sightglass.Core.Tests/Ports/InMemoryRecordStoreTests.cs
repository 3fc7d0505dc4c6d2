using Sightglass.Conformance.RecordStores;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Core.Tests.Ports;

public sealed class InMemoryRecordStoreTests : RecordStoreSpec
{
    protected override IEventStore Create() => new InMemoryEventStore(Clock);

    [Fact]
    public void Expired_records_are_removed_when_others_are_written()
    {
        var records = new InMemoryRecords(Clock);
        for (var i = 0; i < 5000; i++)
        {
            records.Write([new RecordWrite(new RecordKey("default", "things", $"{i}"), RecordWrite.AnyVersion, new byte[1], Clock.GetUtcNow().AddSeconds(10))]);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(records.Count, 1, 11);
    }
}
