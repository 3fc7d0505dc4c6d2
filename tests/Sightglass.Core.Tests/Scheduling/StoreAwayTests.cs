using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>What a store that is away for a moment must not cost: found by simulation, each held here by itself.</summary>
public sealed class StoreAwayTests
{
    private const string Parent = """
        id: parent
        stages:
          - { id: call, pipeline: { id: child } }
        """;

    private const string Child = """
        id: child
        stages:
          - { id: only, type: data, data: { value: "7" } }
        """;

    [Fact]
    public async Task Two_executions_of_one_lane_take_turns_at_a_single_slot()
    {
        await using var engine = new EngineHarness(slots: 1);
        engine.Code.Register("work", async _ => await Task.Yield());
        const string Wide = """
            id: wide
            stages:
              - { id: all, forEach: [1, 2, 3, 4, 5, 6], code: { name: work } }
            """;

        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => engine.RunAsync(Wide)));

        Assert.All(runs, r => Assert.Equal(ExecutionStatus.Completed, r.State.Status));
    }

    [Fact]
    public async Task An_execution_is_taken_up_later_when_the_store_fails_on_recovery()
    {
        var disk = new InMemoryEventStore();
        Guid id;
        await using (var before = new EngineHarness(disk).With(Child))
        {
            before.Code.Register("hold", async c => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.CancellationToken));
            id = await before.StartAsync("""
                id: holds
                stages:
                  - { id: hold, code: { name: hold } }
                """);
        }

        await using var after = new EngineHarness(new ClaimsFail(disk, 2), new HurriedTime());
        after.Code.Register("hold", _ => "done");

        Assert.Equal(0, await after.Engine.RecoverAsync());
        await after.WaitForAsync(id, e => e.Type == "execution.completed");
    }

    [Fact]
    public async Task A_child_is_started_later_when_the_store_cannot_create_it()
    {
        // The first failure comes before the commit, the second after it: then the child exists, and nobody was told.
        var store = new FailingCreations(new InMemoryEventStore());
        await using var engine = new EngineHarness(store, new HurriedTime()).With(Child);

        var run = await engine.RunAsync(Parent);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal(0, store.Left);
    }

    [Fact]
    public async Task An_owner_that_was_fenced_while_the_store_was_away_does_not_act_on_what_it_tried()
    {
        var disk = new InMemoryEventStore();
        var store = new StolenStore(disk);
        await using var engine = new EngineHarness(store, new HurriedTime());
        var second = 0;
        engine.Code.Register("first", _ => 1);
        engine.Code.Register("second", _ => ++second);
        var id = await engine.StartAsync("""
            id: chain
            stages:
              - { id: first, code: { name: first } }
              - { id: second, needs: [first], code: { name: second } }
            """);
        await engine.Engine.WaitForEndAsync(id, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));

        // Its append is in the log, but the answer was lost and another owner came before it asked again.
        Assert.NotNull((await LogReaderFold(disk, id)).Find("second")!.StartedAt);
        Assert.Equal(0, second);
    }

    private static async Task<ExecutionState> LogReaderFold(InMemoryEventStore disk, Guid id) => (await Core.Scheduling.LogReader.FoldAsync(disk, id))!;

    private sealed class ClaimsFail(InMemoryEventStore disk, int times) : PassingStore(disk)
    {
        private int _left = times;

        public override ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default) =>
            Interlocked.Decrement(ref _left) >= 0 ? throw new StoreUnavailableException("database_locked", "The database is locked.") : base.ClaimAsync(executionId, cancellationToken);
    }

    private sealed class FailingCreations(InMemoryEventStore disk) : PassingStore(disk)
    {
        public int Left { get; private set; } = 2;

        public override async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
        {
            if (append.ExpectedLast > 0 || append.Summary!.ParentId is null || Left == 0) return await base.AppendAsync(append, cancellationToken);
            if (--Left == 0) await base.AppendAsync(append, cancellationToken);
            throw new StoreUnavailableException("disk_full", "The disk is full.");
        }
    }

    private sealed class StolenStore(InMemoryEventStore disk) : PassingStore(disk)
    {
        private bool _stolen;

        public override async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
        {
            var outcome = await base.AppendAsync(append, cancellationToken);
            if (append.ExpectedLast == 0 || _stolen) return outcome;
            _stolen = true;
            await Inner.ClaimAsync(append.ExecutionId, cancellationToken);
            throw new StoreUnavailableException("disk_full", "The answer is lost.");
        }
    }
}
