using Sightglass.Core.Ports;
using Sightglass.Tests;

namespace Sightglass.Server.Tests;

/// <summary>A store in memory whose disk is full for as long as the test says.</summary>
internal sealed class FullDisk() : PassingStore(new InMemoryEventStore())
{
    public bool IsFull { get; set; }

    public override ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default) =>
        IsFull ? throw new StoreUnavailableException("disk_full", "The disk is full.") : base.AppendAsync(append, cancellationToken);

    public override ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default) =>
        IsFull ? throw new StoreUnavailableException("disk_full", "The disk is full.") : base.WriteAsync(writes, cancellationToken);
}
