using System.Globalization;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions.Schedules;

public sealed class CronExpressionTests
{
    private static readonly string[] QuartzDays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    [Theory]
    [InlineData("0 3 * * 1-5", "2026-11-20T03:00:00", "2026-11-23T03:00:00")]
    [InlineData("0 3 * * 1-5", "2026-11-20T02:59:59", "2026-11-20T03:00:00")]
    [InlineData("*/15 * * * *", "2026-11-20T23:46:00", "2026-11-21T00:00:00")]
    [InlineData("5/20 * * * *", "2026-11-20T10:46:00", "2026-11-20T11:05:00")]
    [InlineData("10-30/10 8,20 * * *", "2026-11-20T08:30:00", "2026-11-20T20:10:00")]
    [InlineData("*/10 * * * * *", "2026-11-20T10:00:09", "2026-11-20T10:00:10")]
    [InlineData("30 0 12 * * *", "2026-11-20T12:00:30", "2026-11-21T12:00:30")]
    [InlineData("@yearly", "2026-11-20T10:00:00", "2027-01-01T00:00:00")]
    [InlineData("@monthly", "2026-11-20T10:00:00", "2026-12-01T00:00:00")]
    [InlineData("@weekly", "2026-11-20T10:00:00", "2026-11-22T00:00:00")]
    [InlineData("@daily", "2026-12-31T10:00:00", "2027-01-01T00:00:00")]
    [InlineData("@hourly", "2026-11-20T10:00:00", "2026-11-20T11:00:00")]
    [InlineData("0 0 * JAN,jul MON", "2026-11-20T10:00:00", "2027-01-04T00:00:00")]
    [InlineData("0 0 * * 7", "2026-11-20T10:00:00", "2026-11-22T00:00:00")]
    [InlineData("0 0 * * FRI-MON", "2026-11-23T10:00:00", "2026-11-27T00:00:00")]
    [InlineData("0 0 13 * 5", "2026-11-01T00:00:00", "2026-11-06T00:00:00")]
    [InlineData("0 0 13 * 5", "2026-12-11T00:00:00", "2026-12-13T00:00:00")]
    [InlineData("0 0 */2 * 5", "2026-11-01T00:00:00", "2026-11-13T00:00:00")]
    [InlineData("0 0 ? * 5", "2026-11-20T00:00:00", "2026-11-27T00:00:00")]
    [InlineData("0 0 13 * ?", "2026-11-20T00:00:00", "2026-12-13T00:00:00")]
    [InlineData("0 0 29 2 *", "2026-11-20T10:00:00", "2028-02-29T00:00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01T00:00:00", "2104-02-29T00:00:00")]
    [InlineData("0 0 31 * *", "2026-11-20T10:00:00", "2026-12-31T00:00:00")]
    [InlineData("0 0 L * *", "2028-02-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("0 0 L-2 * *", "2026-11-20T10:00:00", "2026-11-28T00:00:00")]
    [InlineData("0 0 LW * *", "2026-05-01T00:00:00", "2026-05-29T00:00:00")]
    [InlineData("0 0 15W * *", "2026-11-01T00:00:00", "2026-11-16T00:00:00")]
    [InlineData("0 0 1W * *", "2026-07-20T00:00:00", "2026-08-03T00:00:00")]
    [InlineData("0 0 31W * *", "2026-05-01T00:00:00", "2026-05-29T00:00:00")]
    [InlineData("0 0 * * 5L", "2026-11-20T00:00:00", "2026-11-27T00:00:00")]
    [InlineData("0 0 * * MON#2", "2026-11-20T00:00:00", "2026-12-14T00:00:00")]
    [InlineData("0 0 * * 0#5", "2026-11-20T00:00:00", "2026-11-29T00:00:00")]
    [InlineData("0 0 29 2 */7", "2026-11-20T00:00:00", "2032-02-29T00:00:00")]
    public void Next_is_the_time_that_a_calendar_shows(string cron, string after, string expected) =>
        Assert.Equal(Time(expected), Cron(cron).Next(Time(after)));

    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    [InlineData("0 0 31W 2 *")]
    public void Next_is_nothing_when_no_day_fits(string cron) => Assert.Null(Cron(cron).Next(Time("2026-11-20T00:00:00")));

    [Theory]
    [InlineData("", 1, "5 fields")]
    [InlineData("0 3 * *", 1, "found 4")]
    [InlineData("0 0 3 * * 1 2026", 1, "years")]
    [InlineData("60 3 * * *", 1, "minute is a number from 0 to 59")]
    [InlineData("0 25 * * *", 3, "hour is a number from 0 to 23")]
    [InlineData("0 3 0 * *", 5, "day of month is a number from 1 to 31")]
    [InlineData("0 3 * 13 *", 7, "month is a number from 1 to 12 or JAN to DEC")]
    [InlineData("0 3 * * 8", 9, "day of week is a number from 0 to 7 or SUN to SAT")]
    [InlineData("0 3 * * MOO", 9, "found 'MOO'")]
    [InlineData("0,x 3 * * *", 3, "found 'x'")]
    [InlineData("*/0 3 * * *", 3, "no step")]
    [InlineData("10-5 3 * * *", 1, "ends before it begins")]
    [InlineData("? 3 * * *", 1, "'?' is no minute")]
    [InlineData("0 3 L-40 * *", 5, "no day of month")]
    [InlineData("0 3 * * L", 9, "no day of week")]
    [InlineData("0 3 * * 1#6", 11, "which one")]
    [InlineData("0 3 32W * *", 5, "day of month is")]
    [InlineData("@every 5m", 1, "'@every'")]
    [InlineData("@reboot", 1, "not known")]
    [InlineData("61 0 3 * * *", 1, "second is a number")]
    [InlineData("0 3 1,,2 * *", 7, "found nothing")]
    public void TryParse_says_what_is_wrong_and_where_when_it_cannot_be_read(string cron, int column, string message)
    {
        Assert.Null(CronExpression.TryParse(cron, out var error));

        Assert.Contains(message, error!.Message, StringComparison.Ordinal);
        Assert.Equal(column, error.Column);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Next_agrees_with_another_reading_of_cron_when_expressions_are_random(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 400; i++)
        {
            var (ours, theirs) = SomeCron(random);
            var other = new Quartz.CronExpression(theirs, TimeZoneInfo.Utc);
            var cron = Cron(ours);
            var time = new DateTime(2024, 1, 1).AddMinutes(random.Next(0, 4 * 365 * 1440));
            for (var step = 0; step < 5; step++)
            {
                var expected = other.GetNextValidTimeAfter(new DateTimeOffset(time, TimeSpan.Zero))?.DateTime;
                var found = cron.Next(time);
                Assert.True(expected == found, $"{ours} ({theirs}) after {time:s}: {expected:s} and not {found:s}");
                if (found is null) break;
                time = found.Value;
            }
        }
    }

    /// <summary>The same in two spellings: the other one counts Sunday as 1 and must have '?' in one of the day fields.</summary>
    private static (string Ours, string Theirs) SomeCron(Random random)
    {
        var clock = $"{Field(random, 0, 59)} {Field(random, 0, 59)} {Field(random, 0, 23)}";
        var month = Field(random, 1, 12);
        if (random.Next(2) == 0)
        {
            var day = random.Next(6) switch
            {
                0 => "L",
                1 => "LW",
                2 => $"L-{random.Next(1, 10)}",
                3 => $"{random.Next(1, 29)}W",
                _ => Field(random, 1, 31),
            };
            return ($"{clock} {day} {month} *", $"{clock} {day} {month} ?");
        }

        var weekday = random.Next(7);
        var (ours, theirs) = random.Next(5) switch
        {
            0 => ($"{weekday}L", $"{weekday + 1}L"),
            1 => ($"{weekday}#{random.Next(1, 5)}", ""),
            2 => ("MON-FRI", "MON-FRI"),
            3 => ("*", "*"),
            _ => ($"{weekday}", QuartzDays[weekday]),
        };
        if (theirs.Length == 0) theirs = $"{weekday + 1}{ours[1..]}";
        return ($"{clock} * {month} {ours}", $"{clock} ? {month} {theirs}");
    }

    private static string Field(Random random, int min, int max) => random.Next(5) switch
    {
        0 => "*",
        1 => $"*/{random.Next(1, max)}",
        2 => $"{random.Next(min, (min + max) / 2)}-{random.Next((min + max) / 2, max + 1)}",
        3 => $"{random.Next(min, max + 1)},{random.Next(min, max + 1)}",
        _ => random.Next(min, max + 1).ToString(CultureInfo.InvariantCulture),
    };

    private static CronExpression Cron(string text)
    {
        var cron = CronExpression.TryParse(text, out var error);
        Assert.True(cron is not null, error?.Message);
        return cron;
    }

    private static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);
}
