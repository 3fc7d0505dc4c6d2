using Sightglass.Conformance.EventStores;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Tests.Ports;

public sealed class InMemoryEventStoreTests : EventStoreSpec
{
    protected override IEventStore Create() => new InMemoryEventStore();
}
