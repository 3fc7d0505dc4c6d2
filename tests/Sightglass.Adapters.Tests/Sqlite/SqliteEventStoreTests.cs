using Sightglass.Conformance.EventStores;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;

namespace Sightglass.Adapters.Tests.Sqlite;

public sealed class SqliteEventStoreTests : EventStoreSpec, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Without waiting for the disk, and with limits so small that overflow, splitting and checkpoints happen.
    protected override IEventStore Create() => SqliteEventStore.Open(new SqliteStoreOptions
    {
        Path = _folder.File("log.db"),
        Durability = SqliteDurability.Off,
        MaxWaiting = 8,
        MaxCommitBytes = 2000,
        MaxKnownExecutions = 4,
        CheckpointPages = 50,
        FinishPages = 10,
        MaxLogPages = 500,
    });

    protected override Task SettleAsync(IEventStore store)
    {
        ((SqliteEventStore)store).Rest();
        return Task.CompletedTask;
    }
}
