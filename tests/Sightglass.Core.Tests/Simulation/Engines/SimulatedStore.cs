using Sightglass.Core.Ports;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>The disk as one engine sees it: slow, full for a while, failing before or after it did what it was asked, and
/// with reads that fail.</summary>
internal sealed class SimulatedStore(EngineWorld world, Life life) : IEventStore, IRecordStore
{
    private enum Fate
    {
        Done,
        Refused,
        AnswerLost,
    }

    public ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        world.Picker.CheckThread();
        var fate = FateOf(append);
        if (world.Mutant.AcksFirst(world)) return AckFirst(append);
        return fate == Fate.Done && world.Random.Next(3) == 0 ? new ValueTask<AppendOutcome>(Apply(append)) : Slowly(append, fate);
    }

    public ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default) =>
        Read(executionId, async () => world.Mutant.Read(world, await world.Disk.ReadAsync(executionId, after, filter, maxBytes, cancellationToken), after));

    public ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default) =>
        Read(null, () => world.Disk.ReadFromPositionAsync(afterPosition, maxBytes, cancellationToken));

    public ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default) =>
        Read(null, () => world.Disk.ReadValueAsync(reference, offset, length, cancellationToken));

    public ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default) =>
        Read(null, () => world.Disk.ListAsync(query, cancellationToken));

    public async ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default)
    {
        if (world.Random.Next(2) == 0) await world.Picker.StepAsync(life);
        if (world.Faults.Chance(0.02)) throw Trouble(executionId, "database_locked", "The database is locked.");
        var epoch = await world.Disk.ClaimAsync(executionId, cancellationToken);
        world.Epochs[executionId] = epoch;
        if (world.Random.Next(2) == 0) await world.Picker.StepAsync(life);
        if (world.Faults.Chance(0.02)) throw Trouble(executionId, "database_locked", "The claim's answer was lost.");
        return epoch;
    }

    public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default) => Read(null, () => world.Disk.GetAsync(key, cancellationToken));

    public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default) => Read(null, () => world.Disk.ListAsync(query, cancellationToken));

    public async ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default)
    {
        if (world.Faults.Chance(0.045)) throw Trouble(null, "disk_full", "The disk is full.");
        var outcome = await world.Disk.WriteAsync(writes, cancellationToken);
        if (world.Faults.Chance(0.045)) throw Trouble(null, "disk_full", "The answer is lost.");
        return outcome;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Fate FateOf(Append append)
    {
        if (world.Faults.Active && world.Picker.Ticks < world.Faults.FullUntil) return Refuse();
        if (world.Faults.Chance(0.045)) return Refuse();
        if (!world.Faults.Chance(0.045)) return Fate.Done;
        world.Hit(append.ExecutionId);
        return Fate.AnswerLost;

        Fate Refuse()
        {
            world.Hit(append.ExecutionId);
            return Fate.Refused;
        }
    }

    private AppendOutcome Apply(Append append)
    {
        var told = world.Mutant.Append(world, append);
        if (told is null) return new AppendOutcome(AppendStatus.Appended, append.ExpectedLast + append.Blocks.Sum(b => b.Count), 1);
        var outcome = world.Disk.AppendAsync(told).AsTask().Result;
        world.Story?.Add($"store: {append.ExecutionId} {append.ExpectedLast + 1} to {append.ExpectedLast + append.Blocks.Sum(b => b.Count)}, epoch {append.Epoch}: {outcome.Status}");
        if (outcome.Status == AppendStatus.Appended) world.Committed(told);
        return outcome;
    }

    /// <summary>A commit takes its time; its engine may die meanwhile, and nobody knows then whether it reached the disk.</summary>
    private async ValueTask<AppendOutcome> Slowly(Append append, Fate fate)
    {
        var forget = life.InFlight(() =>
        {
            if (fate != Fate.Refused) Apply(append);
        });
        for (var steps = world.Random.Next(3); steps >= 0; steps--) await world.Picker.StepAsync(life);
        forget();
        var outcome = fate == Fate.Refused ? default : Apply(append);
        if (world.Random.Next(2) == 0) await world.Picker.StepAsync(life);
        if (fate == Fate.Done) return outcome;
        throw Trouble(append.ExecutionId, "disk_full", "The disk is full.");
    }

    private ValueTask<AppendOutcome> AckFirst(Append append)
    {
        var last = append.ExpectedLast + append.Blocks.Sum(b => b.Count);
        world.Picker.Post(life, () => Apply(append));
        return new ValueTask<AppendOutcome>(new AppendOutcome(AppendStatus.Appended, last, 1));
    }

    private async ValueTask<T> Read<T>(Guid? executionId, Func<ValueTask<T>> read)
    {
        world.Picker.CheckThread();
        if (world.Random.Next(3) == 0) await world.Picker.StepAsync(life);
        if (world.Faults.Chance(0.02)) throw Trouble(executionId, "database_locked", "The read failed.");
        return await read();
    }

    private Exception Trouble(Guid? executionId, string code, string message)
    {
        world.Story?.Add($"store: {executionId} {message}");
        if (executionId is { } id) world.Hit(id);

        // The port promises one kind of exception and warns of all.
        return world.Random.Next(5) == 0 ? new IOException(message) : new StoreUnavailableException(code, message);
    }
}
