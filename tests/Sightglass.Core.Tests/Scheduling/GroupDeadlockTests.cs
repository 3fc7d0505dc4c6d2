using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>Concurrency groups that wait for each other crosswise.</summary>
public sealed class GroupDeadlockTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly List<Guid> _lookedAt = [];

    [Fact]
    public async Task Child_that_closes_the_ring_is_cancelled_and_everybody_else_ends()
    {
        await using var harness = new EngineHarness();
        harness.With("id: leaf-one\nconcurrency: { group: one }\nstages:\n  - { id: a, type: data, data: { value: '1' } }");
        harness.With("id: leaf-two\nconcurrency: { group: two }\nstages:\n  - { id: a, type: data, data: { value: '2' } }");
        harness.With("id: middle\nstages:\n  - { id: call, pipeline: { id: leaf-two } }");

        // Each has its own group before either asks for the other's.
        var first = await harness.StartAsync(Crossing("one", "middle"));
        var second = await harness.StartAsync(Crossing("two", "leaf-one"));
        await harness.Engine.EmitAsync("go", System.Text.Json.JsonDocument.Parse("{}").RootElement);
        await harness.Engine.WaitForEndAsync(first).WaitAsync(Limit);
        await harness.Engine.WaitForEndAsync(second).WaitAsync(Limit);

        var ends = new[] { await harness.ReadAsync(first), await harness.ReadAsync(second) };
        Assert.Single(ends, e => e.State.Status == ExecutionStatus.Completed);
        var failed = Assert.Single(ends, e => e.State.Status == ExecutionStatus.Failed);
        Assert.Contains("would wait for ever", failed.State.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("'one'", failed.State.Error.Message, StringComparison.Ordinal);
        Assert.Contains("'two'", failed.State.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ring_that_stood_when_the_process_died_is_found_by_the_next()
    {
        var store = new InMemoryEventStore();
        Guid[] ids;
        await using (var before = Harness(store))
        {
            ids = [await before.StartAsync(Crossing("one", "leaf-two")), await before.StartAsync(Crossing("two", "leaf-one"))];

            // Dies when one child waits; the other is started by the next engine, while not everybody is known to it.
            await before.Engine.PauseAsync(ids[1]);
            await before.Engine.EmitAsync("go", System.Text.Json.JsonDocument.Parse("{}").RootElement);
            await before.WaitForAsync(ids[0], e => e.Type == "stage.started" && e.Stage == "call");
        }

        await using var after = Harness(store);
        await after.Engine.RecoverAsync();
        await after.Engine.ResumeAsync(ids[1]);
        foreach (var id in ids) await after.WaitForAsync(id, e => e.Type is "execution.completed" or "execution.failed");

        Assert.Single(ids, id => after.ReadAsync(id).Result.State.Status == ExecutionStatus.Completed);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    public void Child_is_stuck_only_when_every_holder_that_could_make_room_waits_for_it(int limit, int blockedHolders, bool isStuck)
    {
        var groups = Create();
        var parents = Enumerable.Range(0, 2).Select(i => Member(i, "one", 2)).ToList();
        var others = Enumerable.Range(0, limit).Select(i => Member(10 + i, "two", limit)).ToList();
        foreach (var member in parents.Concat(others))
        {
            Assert.True(groups.TryEnter(member));
            groups.Set(member, GroupStanding.Holding);
        }

        // Children of the holders of the second group wait for the first, whose holders wait for nobody yet.
        for (var i = 0; i < blockedHolders; i++) Assert.False(Wait(groups, Member(20 + i, "one", 2, others[i].Id), others[i].Id));
        Assert.False(Wait(groups, Member(30, "two", limit, parents[0].Id), parents[0].Id));

        // With the last holder of the first group the ring is closed, where the second cannot make room either.
        var last = Member(31, "two", limit, parents[1].Id);
        Assert.Equal(isStuck, Wait(groups, last, parents[1].Id));
        Assert.Contains(last.Id, _lookedAt);
        Assert.Null(groups.PositionOf(parents[0].Id));
    }

    [Fact]
    public void Nobody_is_stuck_who_may_have_the_oldest_cancelled_or_while_a_holder_is_being_cancelled()
    {
        var groups = Create();
        var (first, second) = (Member(0, "one"), Member(1, "two"));
        foreach (var member in new[] { first, second })
        {
            Assert.True(groups.TryEnter(member));
            groups.Set(member, GroupStanding.Holding);
        }

        Assert.False(Wait(groups, Member(2, "one", 1, second.Id, WhenFull.CancelOldest), second.Id));
        Assert.False(Wait(groups, Member(3, "two", 1, first.Id), first.Id));
        groups.Set(first, GroupStanding.Ending);
        Assert.False(Wait(groups, Member(4, "one", 1, second.Id), second.Id));
    }

    [Fact]
    public void Ring_is_told_once_everybody_is_known()
    {
        var groups = Create();
        groups.Hold();
        var (first, second) = (Member(0, "one"), Member(1, "two"));
        Assert.False(Wait(groups, Member(2, "one", 1, second.Id), second.Id));
        Assert.False(Wait(groups, Member(3, "two", 1, first.Id), first.Id));
        groups.Set(first, GroupStanding.Holding);
        groups.Set(second, GroupStanding.Holding);
        _lookedAt.Clear();
        groups.Release();

        Assert.Equal(2, _lookedAt.Count);
        Assert.Single(_lookedAt, id => groups.StandsBelow(id, [id == Member(2, "").Id ? second.Id : first.Id]));
    }

    private static EngineHarness Harness(IEventStore store) => new EngineHarness(store)
        .With("id: leaf-one\nconcurrency: { group: one }\nstages:\n  - { id: a, type: data, data: { value: '1' } }")
        .With("id: leaf-two\nconcurrency: { group: two }\nstages:\n  - { id: a, type: data, data: { value: '2' } }");

    private static string Crossing(string group, string child) => $$"""
        id: crossing-{{group}}
        concurrency: { group: {{group}} }
        stages:
          - { id: hold, type: wait, wait: { event: go } }
          - { id: call, needs: [hold], pipeline: { id: {{child}} } }
        """;

    private static GroupMember Member(int number, string name, int limit = 1, Guid? parent = null, WhenFull whenFull = WhenFull.Queue) =>
        new(new Guid(number + 1, 0, 0, new byte[8]), "default", new GroupClaim(name, limit, whenFull), StagePriority.Medium, DateTimeOffset.UnixEpoch.AddSeconds(number)) { Parent = parent };

    private static bool Wait(ConcurrencyGroups groups, GroupMember member, params Guid[] above)
    {
        groups.Set(member, GroupStanding.Waiting);
        return groups.StandsBelow(member.Id, above);
    }

    private ConcurrencyGroups Create() => new(_ => { }, (_, _) => { }, member => _lookedAt.Add(member.Id));
}
