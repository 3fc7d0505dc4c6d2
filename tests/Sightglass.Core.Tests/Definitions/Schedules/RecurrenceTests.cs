using System.Globalization;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions.Schedules;

public sealed class RecurrenceTests
{
    /// <summary>Each line: the expression, the zone, a moment, and the moments that follow.</summary>
    public static TheoryData<string, string, string, string[]> Jumps => new()
    {
        // Berlin, 29 March 2026: 2:00 is followed by 3:00 (01:00Z). A time that is missing falls on the jump.
        { "30 2 * * *", "Europe/Berlin", "2026-03-28T00:00Z", ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"] },
        { "15,45 2 * * *", "Europe/Berlin", "2026-03-28T20:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:15Z"] },
        { "0 3 * * *", "Europe/Berlin", "2026-03-28T20:00Z", ["2026-03-29T01:00Z", "2026-03-30T01:00Z"] },
        { "*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15Z", ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"] },
        { "15 * * * *", "Europe/Berlin", "2026-03-29T00:00Z", ["2026-03-29T00:15Z", "2026-03-29T01:15Z"] },

        // Berlin, 25 October 2026: 3:00 is followed by 2:00 (01:00Z). A time counts once, what is every so often goes on.
        { "30 2 * * *", "Europe/Berlin", "2026-10-24T20:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"] },
        { "0 2 * * *", "Europe/Berlin", "2026-10-24T20:00Z", ["2026-10-25T00:00Z", "2026-10-26T01:00Z"] },
        { "0 3 * * *", "Europe/Berlin", "2026-10-24T20:00Z", ["2026-10-25T02:00Z", "2026-10-26T02:00Z"] },
        { "30 2 * * *", "Europe/Berlin", "2026-10-25T00:45Z", ["2026-10-26T01:30Z"] },
        { "30 2 * * *", "Europe/Berlin", "2026-10-25T01:10Z", ["2026-10-26T01:30Z"] },
        { "*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45Z", ["2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"] },
        { "15 * * * *", "Europe/Berlin", "2026-10-24T23:30Z", ["2026-10-25T00:15Z", "2026-10-25T01:15Z", "2026-10-25T02:15Z"] },
        { "*/20 2 25 10 *", "Europe/Berlin", "2026-01-01T00:00Z", ["2026-10-25T00:00Z", "2026-10-25T00:20Z", "2026-10-25T00:40Z", "2026-10-25T01:00Z", "2026-10-25T01:20Z", "2026-10-25T01:40Z", "2027-10-25T00:00Z"] },

        // New York, 1 November 2026: 2:00 is followed by 1:00 (06:00Z). Lord Howe moves by half an hour.
        { "30 1 * * *", "America/New_York", "2026-10-31T12:00Z", ["2026-11-01T05:30Z", "2026-11-02T06:30Z"] },
        { "15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00Z", ["2026-10-03T15:30Z", "2026-10-04T15:15Z"] },
        { "45 1 * * *", "Australia/Lord_Howe", "2027-04-02T20:00Z", ["2027-04-03T14:45Z", "2027-04-04T15:15Z"] },

        // Samoa left out the whole of 30 December 2011; Kathmandu is off by a quarter; Moscow put its clock back for good in 2014.
        { "0 12 * * *", "Pacific/Apia", "2011-12-29T00:00Z", ["2011-12-29T22:00Z", "2011-12-30T10:00Z", "2011-12-30T22:00Z"] },
        { "0 0 * * *", "Asia/Kathmandu", "2026-11-20T00:00Z", ["2026-11-20T18:15Z"] },
        { "30 1 * * *", "Europe/Moscow", "2014-10-25T12:00Z", ["2014-10-25T21:30Z", "2014-10-26T22:30Z"] },
        { "0 0 29 2 *", "UTC", "2026-11-20T00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"] },
    };

    [Theory]
    [MemberData(nameof(Jumps))]
    public void Next_follows_the_clock_of_the_zone(string cron, string zone, string after, string[] expected)
    {
        var recurrence = Recurrence.Of(new ScheduleDefinition { Cron = cron, TimeZone = zone });
        var moment = At(after);
        foreach (var next in expected)
        {
            var found = recurrence.Next(moment);
            Assert.True(At(next) == found, $"after {moment:u} comes {next} and not {found:u}");
            moment = found!.Value;
        }
    }

    [Fact]
    public void Next_counts_from_the_start_when_it_is_a_distance()
    {
        var recurrence = Recurrence.Of(new ScheduleDefinition { Every = new Duration(TimeSpan.FromMinutes(45)), StartAt = "2026-11-20T09:10", TimeZone = "Europe/Berlin" });

        Assert.Equal(At("2026-11-20T08:10Z"), recurrence.Next(At("2026-01-01T00:00Z")));
        Assert.Equal(At("2026-11-20T08:55Z"), recurrence.Next(At("2026-11-20T08:10Z")));
        Assert.Equal(At("2026-11-20T23:55Z"), recurrence.Next(At("2026-11-20T23:40Z")));
    }

    [Fact]
    public void Next_counts_from_midnight_when_a_distance_has_no_start() =>
        Assert.Equal(At("2026-11-20T12:00Z"), Recurrence.Of(new ScheduleDefinition { Every = new Duration(TimeSpan.FromHours(6)) }).Next(At("2026-11-20T07:13Z")));

    [Fact]
    public void Next_ends_with_the_end()
    {
        var recurrence = Recurrence.Of(new ScheduleDefinition { Cron = "@daily", EndAt = "2026-11-22" });

        Assert.Equal(At("2026-11-22T00:00Z"), recurrence.Next(At("2026-11-21T00:00Z")));
        Assert.Null(recurrence.Next(At("2026-11-22T00:00Z")));
    }

    /// <summary>Held against every second tick of real time: no moment is missed, none comes twice, whatever the clock does.</summary>
    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("America/St_Johns")]
    [InlineData("Africa/Casablanca")]
    [InlineData("UTC")]
    public void Next_of_what_happens_every_so_often_is_what_the_clock_shows_minute_by_minute(string name)
    {
        var zone = ScheduleZones.Find(name)!;
        foreach (var cron in (string[])["*/7 * * * *", "0 */2 * * *", "*/10 1-3 * * *", "5-25/5 * * * 0,6"])
        {
            var recurrence = Recurrence.Of(new ScheduleDefinition { Cron = cron, TimeZone = name });
            var wall = CronExpression.TryParse(cron, out _)!;
            var next = recurrence.Next(At("2026-03-01T00:00Z").AddSeconds(-1));
            for (var minute = At("2026-03-01T00:00Z"); minute < At("2026-04-10T00:00Z"); minute = minute.AddMinutes(1)) Compare(minute);
            next = recurrence.Next(At("2026-09-25T00:00Z").AddSeconds(-1));
            for (var minute = At("2026-09-25T00:00Z"); minute < At("2026-11-05T00:00Z"); minute = minute.AddMinutes(1)) Compare(minute);

            void Compare(DateTimeOffset minute)
            {
                var shown = WallClock.Read(zone, minute);
                var isDue = wall.Next(shown.AddSeconds(-1)) == shown;
                Assert.True(isDue == (next == minute), $"{cron} in {name} at {minute:u}: due {isDue}, next {next:u}");
                if (isDue) next = recurrence.Next(minute);
            }
        }
    }

    [Fact]
    public void Newest_gives_the_last_moments_of_a_long_time()
    {
        var recurrence = Recurrence.Of(new ScheduleDefinition { Cron = "* * * * * *" });

        var newest = recurrence.Newest(At("1990-01-01T00:00Z"), At("2026-11-20T10:00Z"), 3);

        Assert.Equal([At("2026-11-20T10:00Z").AddSeconds(-2), At("2026-11-20T10:00Z").AddSeconds(-1), At("2026-11-20T10:00Z")], newest);
        Assert.Equal(1_000, recurrence.Count(At("1990-01-01T00:00Z"), At("2026-11-20T10:00Z"), 1_000));
    }

    [Fact]
    public void Newest_gives_fewer_when_there_are_fewer()
    {
        var recurrence = Recurrence.Of(new ScheduleDefinition { Cron = "@yearly" });

        Assert.Equal([At("2025-01-01T00:00Z"), At("2026-01-01T00:00Z")], recurrence.Newest(At("2024-01-01T00:00Z"), At("2026-11-20T10:00Z"), 5));
        Assert.Empty(recurrence.Newest(At("2026-11-20T10:00Z"), At("2026-11-20T10:00Z"), 5));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
