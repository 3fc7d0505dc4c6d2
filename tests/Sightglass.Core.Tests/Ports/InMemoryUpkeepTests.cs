using Sightglass.Conformance.Upkeep;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Tests.Ports;

public sealed class InMemoryUpkeepTests : StoreUpkeepSpec
{
    protected override IEventStore Create() => new InMemoryEventStore();
}
