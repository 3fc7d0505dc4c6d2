using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling.Schedules;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling.Schedules;

public sealed class SchedulePlannerTests
{
    private static readonly ScheduleOptions Options = new();
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Advance_starts_nothing_of_the_past_when_a_schedule_is_new()
    {
        var plan = Advance(Rule("*/5 * * * *"), null, "00:07");

        Assert.Empty(plan.Start);
        Assert.Equal(At("00:10"), plan.Next);
        Assert.Equal((0, 0), (plan.State.Missed, plan.State.Skipped));
    }

    [Fact]
    public void Advance_starts_a_time_once_when_it_is_asked_twice()
    {
        var rule = Rule("*/5 * * * *", overlap: OverlapPolicy.Allow);
        var plan = Advance(rule, Past(rule, "00:07"), "00:10");
        Assert.Equal([At("00:10")], plan.Start);

        // Asked again before the start was noted: the same, and no other. After that: nothing.
        Assert.Equal([At("00:10")], Advance(rule, plan.State, "00:10").Start);
        Assert.Empty(Advance(rule, SchedulePlanner.Started(rule, plan.State, At("00:10"), Guid.Empty), "00:10").Start);
    }

    [Theory]
    [InlineData(MisfirePolicy.RunOnce, new[] { "02:00" }, 23)]
    [InlineData(MisfirePolicy.Skip, new string[0], 24)]
    [InlineData(MisfirePolicy.RunAll, new[] { "01:45", "01:50", "01:55", "02:00" }, 20)]
    public void Advance_makes_up_for_missed_times_by_the_policy(MisfirePolicy policy, string[] expected, long missed)
    {
        var rule = Rule("*/5 * * * *", policy, OverlapPolicy.Allow);

        var plan = SchedulePlanner.Advance(rule, Past(rule, "00:00"), At("02:03"), Options with { MaxCatchUp = 4 });

        Assert.Equal(expected.Select(At), plan.Start);
        Assert.Equal(missed, plan.State.Missed);
        Assert.Equal(At("02:05"), plan.Next);
    }

    [Fact]
    public void Advance_lets_the_time_that_is_due_stand_for_the_missed_ones()
    {
        var rule = Rule("*/5 * * * *", MisfirePolicy.RunOnce, OverlapPolicy.Allow);

        var plan = Advance(rule, Past(rule, "00:00"), "00:15");

        Assert.Equal([At("00:15")], plan.Start);
        Assert.Equal(2, plan.State.Missed);
    }

    [Fact]
    public void Advance_leaves_a_time_out_when_one_still_runs_and_none_may_overlap()
    {
        var rule = Rule("*/5 * * * *");

        var plan = Advance(rule, Past(rule, "00:00") with { Running = [Guid.Empty] }, "00:05");

        Assert.Empty(plan.Start);
        Assert.Equal(1, plan.State.Skipped);
        Assert.Equal([At("00:10")], Advance(rule, SchedulePlanner.Ended(plan.State, new HashSet<Guid> { Guid.Empty }), "00:10").Start);
    }

    [Fact]
    public void Advance_starts_one_after_the_other_when_they_queue()
    {
        var rule = Rule("*/5 * * * *", MisfirePolicy.RunAll, OverlapPolicy.Queue);
        var plan = Advance(rule, Past(rule, "00:00"), "00:16");
        Assert.Equal([At("00:05")], plan.Start);

        var state = SchedulePlanner.Started(rule, plan.State, At("00:05"), Guid.Empty);
        Assert.Empty(Advance(rule, state, "00:16").Start);
        Assert.Equal([At("00:10")], Advance(rule, SchedulePlanner.Ended(state, new HashSet<Guid> { Guid.Empty }), "00:16").Start);
        Assert.Equal([At("00:10"), At("00:15")], state.Waiting);
    }

    [Fact]
    public void Advance_bounds_what_waits()
    {
        var rule = Rule("* * * * *", overlap: OverlapPolicy.Queue);
        var state = Past(rule, "00:00") with { Running = [Guid.Empty] };
        for (var minute = 1; minute <= 300; minute++) state = SchedulePlanner.Advance(rule, state, Start.AddMinutes(minute), Options).State;

        Assert.Equal((Options.MaxWaiting, 100), (state.Waiting.Count, state.Skipped));
    }

    [Fact]
    public void Advance_cancels_what_runs_and_starts_the_newest_alone()
    {
        var rule = Rule("*/5 * * * *", MisfirePolicy.RunAll, OverlapPolicy.CancelRunning);

        var plan = Advance(rule, Past(rule, "00:00") with { Running = [Guid.Empty] }, "00:16");

        Assert.True(plan.CancelsRunning);
        Assert.Empty(plan.Start);
        Assert.Equal([At("00:15")], plan.State.Waiting);
        Assert.Equal(2, plan.State.Skipped);
        Assert.Equal([At("00:15")], Advance(rule, SchedulePlanner.Ended(plan.State, new HashSet<Guid> { Guid.Empty }), "00:17").Start);
    }

    [Fact]
    public void Advance_counts_from_now_when_the_times_have_changed()
    {
        var past = Past(Rule("0 0 1 1 *"), "00:00");

        var plan = Advance(Rule("* * * * *", MisfirePolicy.RunAll), past, "03:00");

        Assert.Empty(plan.Start);
        Assert.Equal(At("03:01"), plan.Next);
        Assert.Equal(0, plan.State.Missed);
    }

    [Fact]
    public void Advance_starts_no_time_again_when_the_clock_goes_back()
    {
        var rule = Rule("*/5 * * * *", MisfirePolicy.RunAll, OverlapPolicy.Allow);
        var state = Advance(rule, Past(rule, "00:00"), "00:30").State with { Waiting = [] };

        var plan = Advance(rule, state, "00:20");

        Assert.Empty(plan.Start);
        Assert.Equal(At("00:35"), plan.Next);
    }

    [Fact]
    public void Advance_goes_on_when_a_clock_that_was_years_ahead_is_put_right()
    {
        var rule = Rule("*/5 * * * *");
        var state = SchedulePlanner.Advance(rule, Past(rule, "00:00"), Start.AddYears(4), Options).State with { Waiting = [] };

        Assert.Equal(At("00:10"), Advance(rule, state, "00:06").Next);
    }

    [Fact]
    public void Hold_keeps_times_from_starting_and_resuming_makes_up_for_none()
    {
        var rule = Rule("*/5 * * * *", MisfirePolicy.RunAll);
        var held = SchedulePlanner.Hold(Past(rule, "00:00"), true, "ann", At("00:01"));
        Assert.Empty(Advance(rule, held, "01:00").Start);
        Assert.Null(Advance(rule, held, "01:00").Next);

        var plan = Advance(rule, SchedulePlanner.Hold(held, false, "ann", At("01:01")), "01:02");

        Assert.Empty(plan.Start);
        Assert.Equal(At("01:05"), plan.Next);
    }

    [Fact]
    public void Jitter_delays_a_time_by_the_same_always_and_never_past_the_next()
    {
        var rule = ScheduleRule.Of("p", new ScheduleDefinition { Id = "s", Cron = "*/5 * * * *", Jitter = Duration.FromSeconds(3_600) });
        var times = Enumerable.Range(0, 100).Select(i => Start.AddMinutes(5 * i)).ToList();

        Assert.All(times, time => Assert.InRange(rule.DueAt(time), time, time.AddMinutes(5).AddTicks(-1)));
        Assert.Equal(times.Select(rule.DueAt), times.Select(rule.DueAt));
        Assert.True(times.Select(time => (rule.DueAt(time) - time).TotalSeconds).Distinct().Count() > 50);
    }

    [Fact]
    public void ExecutionOf_is_a_uuid_of_version_7_that_follows_from_schedule_and_time()
    {
        var id = Rule("@daily").ExecutionOf(Start);

        Assert.Equal(id, Rule("@hourly").ExecutionOf(Start));
        Assert.NotEqual(id, Rule("@daily").ExecutionOf(Start.AddSeconds(1)));
        Assert.NotEqual(id, ScheduleRule.Of("p", new ScheduleDefinition { Id = "other", Cron = "@daily" }).ExecutionOf(Start));
        Assert.Equal((7, Start.ToUnixTimeMilliseconds()), (id.Version, Convert.ToInt64(id.ToString("N")[..12], 16)));
    }

    /// <summary>Random schedules, a clock that steps, sleeps and stands, a process that dies between noting and starting: every
    /// time is started, skipped or missed, and none is more than one of them.</summary>
    [Fact]
    public void Every_time_is_dealt_with_exactly_once()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var rule = ScheduleRule.Of("p", new ScheduleDefinition
            {
                Id = "s",
                Cron = new[] { "*/5 * * * *", "0 * * * *", "*/20 * * * * *", "15,45 2-4 * * *", "0 0 * * *" }[random.Next(5)],
                TimeZone = new[] { "UTC", "Europe/Berlin" }[random.Next(2)],
                Misfire = (MisfirePolicy)random.Next(3),
                Overlap = (OverlapPolicy)random.Next(4),
                Jitter = random.Next(2) == 0 ? null : Duration.FromSeconds(random.Next(1, 120)),
            });
            var now = new DateTimeOffset(2026, 3, 28, 20, 0, 0, TimeSpan.Zero).AddSeconds(random.Next(3_600));
            var begin = now;
            ScheduleState? stored = SchedulePlanner.Advance(rule, null, now, Options).State;
            var started = new List<DateTimeOffset>();
            for (var step = 0; step < 60; step++)
            {
                now += random.Next(10) == 0 ? TimeSpan.FromHours(random.NextDouble() * 6) : TimeSpan.FromSeconds(random.Next(0, 600));
                if (random.Next(3) == 0) stored = SchedulePlanner.Ended(stored, stored.Running.ToHashSet());
                foreach (var time in stored.Waiting.Where(started.Contains).ToList()) stored = SchedulePlanner.Started(rule, stored, time, rule.ExecutionOf(time));
                var plan = SchedulePlanner.Advance(rule, stored, now, Options);
                if (random.Next(8) == 0) continue;
                stored = ScheduleState.Read(plan.State.Write());
                foreach (var time in plan.Start)
                {
                    // Started and not noted: the id tells the next process.
                    if (!started.Contains(time)) started.Add(time);
                    if (random.Next(8) == 0) break;
                    stored = SchedulePlanner.Started(rule, stored, time, rule.ExecutionOf(time));
                }
            }

            var due = rule.Recurrence.Count(begin, stored.Cursor, int.MaxValue);
            Assert.True(due == stored.Started + stored.Waiting.Count + stored.Skipped + stored.Missed, $"seed {seed}: {due} times, {stored.Started} started, {stored.Waiting.Count} wait, {stored.Skipped} skipped, {stored.Missed} missed");
            Assert.Equal(started.Count, stored.Started + stored.Waiting.Count(started.Contains));
            Assert.Equal(started.Order(), started.Distinct());
            Assert.All(started, time => Assert.Equal(time, rule.Recurrence.Next(time.AddTicks(-1))));
        }
    }

    private static ScheduleRule Rule(string cron, MisfirePolicy misfire = MisfirePolicy.RunOnce, OverlapPolicy overlap = OverlapPolicy.Skip) =>
        ScheduleRule.Of("p", new ScheduleDefinition { Id = "s", Cron = cron, Misfire = misfire, Overlap = overlap });

    private static ScheduleState Past(ScheduleRule rule, string cursor) => new() { Times = rule.Times, Cursor = At(cursor) };

    private static SchedulePlan Advance(ScheduleRule rule, ScheduleState? state, string now) => SchedulePlanner.Advance(rule, state, At(now), Options);

    private static DateTimeOffset At(string time) => Start + TimeSpan.ParseExact(time, "hh\\:mm", CultureInfo.InvariantCulture);
}
