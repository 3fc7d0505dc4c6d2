using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>The line for the slots of a group, with executions that are played by the test.</summary>
public sealed class ConcurrencyGroupsTests
{
    private static readonly DateTimeOffset Epoch = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Guid> _granted = [];
    private readonly List<(Guid Oldest, Guid By)> _evicted = [];
    private readonly List<Guid> _lookedAt = [];

    private static GroupMember Member(int number, int limit = 1, WhenFull whenFull = WhenFull.Queue, StagePriority priority = StagePriority.Medium, string name = "g", string organization = "default") => new(
        new Guid(number + 1, 0, 0, new byte[8]), organization, new GroupClaim(name, limit, whenFull), priority, Epoch.AddSeconds(number));

    private ConcurrencyGroups Create() => new(member => _granted.Add(member.Id), (oldest, by) => _evicted.Add((oldest.Id, by.Id)), member => _lookedAt.Add(member.Id));

    [Fact]
    public void Slots_are_granted_by_priority_then_by_creation()
    {
        var groups = Create();
        var first = Member(0);
        Assert.True(groups.TryEnter(first));
        groups.Set(first, GroupStanding.Holding);
        GroupMember[] waiting = [Member(5), Member(2, priority: StagePriority.Low), Member(3, priority: StagePriority.Urgent), Member(4)];
        foreach (var member in waiting)
        {
            Assert.False(groups.TryEnter(member));
            groups.Set(member, GroupStanding.Waiting);
        }

        Assert.Equal([3, 4, 1, 2], waiting.Select(member => groups.PositionOf(member.Id)));
        Assert.Null(groups.PositionOf(first.Id));
        var holder = first;
        foreach (var next in new[] { waiting[2], waiting[3], waiting[0], waiting[1] })
        {
            groups.Set(holder, GroupStanding.Gone);
            Assert.Equal(next.Id, _granted[^1]);
            groups.Set(next, GroupStanding.Holding);
            holder = next;
        }

        groups.Set(holder, GroupStanding.Gone);
        Assert.Equal(0, groups.Count);
    }

    [Fact]
    public void Groups_of_other_names_and_organisations_are_others()
    {
        var groups = Create();
        Assert.True(groups.TryEnter(Member(0)));
        Assert.True(groups.TryEnter(Member(1, name: "h")));
        Assert.True(groups.TryEnter(Member(2, organization: "other")));
        Assert.False(groups.TryEnter(Member(3)));
    }

    [Fact]
    public void Nobody_overtakes_when_the_limits_of_two_pipelines_differ()
    {
        var groups = Create();
        Assert.True(groups.TryEnter(Member(0, limit: 5)));
        groups.Set(Member(0, limit: 5), GroupStanding.Holding);
        groups.Set(Member(1, limit: 1), GroupStanding.Waiting);
        Assert.True(groups.IsFull(Member(2, limit: 5)));
        Assert.False(groups.TryEnter(Member(2, limit: 5)));
        groups.Set(Member(2, limit: 5), GroupStanding.Waiting);
        Assert.Empty(_granted);
        groups.Set(Member(0, limit: 5), GroupStanding.Gone);

        Assert.Equal([Member(1).Id, Member(2).Id], _granted);
    }

    [Fact]
    public void Slot_that_was_not_taken_goes_to_the_next()
    {
        var groups = Create();
        groups.TryEnter(Member(0));
        groups.Set(Member(1), GroupStanding.Waiting);
        groups.Set(Member(2), GroupStanding.Waiting);
        groups.Set(Member(0), GroupStanding.Gone);
        Assert.Equal([Member(1).Id], _granted);
        groups.Set(Member(1), GroupStanding.Aside);
        groups.Refuse(Member(1).Id);

        Assert.Equal([Member(1).Id, Member(2).Id], _granted);
    }

    [Fact]
    public void Execution_that_waits_again_before_its_refusal_is_known_is_granted_again()
    {
        var groups = Create();
        groups.TryEnter(Member(0));
        groups.Set(Member(1), GroupStanding.Waiting);
        groups.Set(Member(0), GroupStanding.Gone);
        groups.Set(Member(1), GroupStanding.Aside);
        groups.Set(Member(1), GroupStanding.Waiting);
        groups.Refuse(Member(1).Id);

        Assert.Equal([Member(1).Id, Member(1).Id], _granted);
    }

    [Fact]
    public void Oldest_is_told_to_end_once_for_each_that_may_take_its_place()
    {
        var groups = Create();
        foreach (var holder in new[] { Member(0, 2), Member(1, 2) })
        {
            Assert.True(groups.TryEnter(holder));
            groups.Set(holder, GroupStanding.Holding);
        }

        groups.Set(Member(2, 2), GroupStanding.Waiting);
        Assert.Empty(_evicted);
        groups.Set(Member(3, 2, WhenFull.CancelOldest), GroupStanding.Waiting);
        Assert.Equal([(Member(0).Id, Member(3).Id)], _evicted);
        groups.Set(Member(0, 2), GroupStanding.Ending);
        Assert.Single(_evicted);

        // The line is kept: the freed slot is that of the first in it, and another one is freed for who is still there.
        groups.Set(Member(0, 2), GroupStanding.Gone);
        Assert.Equal([Member(2).Id], _granted);
        Assert.Equal([(Member(0).Id, Member(3).Id), (Member(1).Id, Member(3).Id)], _evicted);
    }

    [Fact]
    public void Nothing_is_granted_while_it_is_not_known_who_holds()
    {
        var groups = Create();
        groups.Hold();
        groups.Set(Member(1), GroupStanding.Waiting);
        Assert.False(groups.TryEnter(Member(2)));
        groups.Set(Member(0), GroupStanding.Holding);
        groups.Release();
        Assert.Empty(_granted);
        groups.Set(Member(0), GroupStanding.Gone);

        Assert.Equal([Member(1).Id], _granted);
    }

    [Fact]
    public void Line_of_a_hundred_thousand_is_worked_off_in_order()
    {
        const int Count = 100_000;
        var groups = Create();
        groups.TryEnter(Member(0));
        groups.Set(Member(0), GroupStanding.Holding);
        for (var i = Count; i > 0; i--) groups.Set(Member(i), GroupStanding.Waiting);

        // Quadratic work would take minutes.
        for (var i = 0; i < Count; i++)
        {
            groups.Set(Member(i), GroupStanding.Gone);
            groups.Set(Member(i + 1), GroupStanding.Holding);
        }

        Assert.Equal(Enumerable.Range(1, Count).Select(i => Member(i).Id), _granted);
        Assert.Equal(1, groups.Count);
    }

    [Theory]
    [InlineData(300)]
    public void Limit_and_order_hold_and_nobody_is_forgotten_whatever_happens(int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            try
            {
                new Play(seed).Run();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    /// <summary>Executions that arrive, start, pause, end and are taken up anew by the seed; what the logs say is kept beside.</summary>
    private sealed class Play
    {
        private readonly Random _random;
        private readonly int _limit;
        private readonly Dictionary<Guid, (GroupMember Member, GroupStanding Standing)> _logs = [];
        private readonly List<Guid> _grants = [];
        private readonly List<Guid> _evictions = [];
        private ConcurrencyGroups _groups;
        private int _next;

        public Play(int seed)
        {
            _random = new Random(seed);
            _limit = 1 + _random.Next(3);
            _groups = Create();
        }

        public void Run()
        {
            for (var step = 0; step < 300; step++) Step();

            // From here on everybody does what is asked of them: all have to come to their end.
            foreach (var id in Those(GroupStanding.Aside)) Say(id, GroupStanding.Waiting);
            for (var step = 0; _logs.Count > 0; step++)
            {
                Assert.True(step < 10_000, "somebody waits for ever");
                if (_grants.Count > 0) Answer(_random.Next(_grants.Count), takes: true);
                else if (Those(GroupStanding.Holding, GroupStanding.Ending) is { Count: > 0 } holding) Say(holding[0], GroupStanding.Gone);
                Check();
            }

            Assert.Equal(0, _groups.Count);
        }

        private ConcurrencyGroups Create() => new(Grant, (oldest, _) => _evictions.Add(oldest.Id), _ => { });

        // The first in line, of those that wait and have not been granted: that is what nobody may overtake.
        private void Grant(GroupMember member)
        {
            var first = _logs.Values.Where(l => l.Standing == GroupStanding.Waiting && !_grants.Contains(l.Member.Id))
                .OrderBy(l => l.Member.Priority).ThenBy(l => l.Member.CreatedAt).Select(l => l.Member.Id).FirstOrDefault();
            Assert.Equal(first, member.Id);
            _grants.Add(member.Id);
        }

        private void Step()
        {
            switch (_random.Next(12))
            {
                case <= 2: Arrive(); break;
                case <= 5 when _grants.Count > 0: Answer(_random.Next(_grants.Count), takes: _random.Next(4) > 0); break;
                case 6: Change(GroupStanding.Waiting, GroupStanding.Aside); break;
                case 7: Change(GroupStanding.Aside, GroupStanding.Waiting); break;
                case 8: Change(GroupStanding.Waiting, GroupStanding.Gone); break;
                case 9 when _evictions.Count > 0: Evict(); break;
                case 10 when _random.Next(8) == 0: Restart(); break;
                default:
                    if (Those(GroupStanding.Holding, GroupStanding.Ending) is { Count: > 0 } holding) Say(holding[_random.Next(holding.Count)], GroupStanding.Gone);
                    break;
            }

            Check();
        }

        private void Arrive()
        {
            var member = Member(_next++, _limit, (WhenFull)_random.Next(2), (StagePriority)_random.Next(4));
            var entered = _groups.TryEnter(member);
            if (entered && _random.Next(5) == 0)
            {
                _groups.Leave(member.Id);
                return;
            }

            _logs[member.Id] = (member, default);
            Say(member.Id, entered ? GroupStanding.Holding : GroupStanding.Waiting);
        }

        private void Answer(int index, bool takes)
        {
            var id = _grants[index];
            _grants.RemoveAt(index);
            if (!_logs.TryGetValue(id, out var log)) _groups.Refuse(id);
            else if (log.Standing == GroupStanding.Waiting && takes) Say(id, GroupStanding.Holding);
            else
            {
                // Refused because it is paused; it may be resumed before that is known.
                if (log.Standing == GroupStanding.Waiting) Say(id, GroupStanding.Aside);
                if (_random.Next(2) == 0) Say(id, GroupStanding.Waiting);
                _groups.Refuse(id);
            }
        }

        private void Evict()
        {
            var id = _evictions[0];
            _evictions.RemoveAt(0);
            if (_logs.TryGetValue(id, out var log) && log.Standing == GroupStanding.Holding) Say(id, GroupStanding.Ending);
        }

        // The process dies: what the logs say is all there is, and it is told in any order.
        private void Restart()
        {
            _groups = Create();
            _grants.Clear();
            _evictions.Clear();
            _groups.Hold();
            foreach (var (member, standing) in _logs.Values.OrderBy(_ => _random.Next()).ToList()) _groups.Set(member, standing);
            _groups.Release();
        }

        private void Change(GroupStanding from, GroupStanding to)
        {
            if (Those(from) is { Count: > 0 } some) Say(some[_random.Next(some.Count)], to);
        }

        private void Say(Guid id, GroupStanding standing)
        {
            var member = _logs[id].Member;
            if (standing == GroupStanding.Gone) _logs.Remove(id);
            else _logs[id] = (member, standing);
            _groups.Set(member, standing);
        }

        private List<Guid> Those(params GroupStanding[] standings) =>
            [.. _logs.Values.Where(l => standings.Contains(l.Standing)).OrderBy(l => l.Member.Id).Select(l => l.Member.Id)];

        private void Check()
        {
            var held = Those(GroupStanding.Holding, GroupStanding.Ending).Count;
            Assert.True(held <= _limit, $"{held} hold {_limit} slots");
        }
    }
}
