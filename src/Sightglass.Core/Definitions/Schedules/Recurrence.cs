namespace Sightglass.Core.Definitions;

/// <summary>The moments that a schedule names: all of them, in order, whatever clocks do.</summary>
/// <remarks>
/// Where the clock is put forward over a time of the day, the time falls on the moment of the jump; where it is put back over
/// one, the first of the two counts. What happens every so often (see <see cref="CronExpression.IsInterval"/>) goes by real time:
/// it has nothing to make up for in a missing hour and goes on in a doubled one.
/// </remarks>
internal sealed class Recurrence
{
    private readonly CronExpression? _cron;
    private readonly TimeZoneInfo _zone;
    private readonly TimeSpan _every;
    private readonly DateTimeOffset _anchor;
    private readonly DateTimeOffset? _start;
    private readonly DateTimeOffset? _end;

    private Recurrence(CronExpression? cron, TimeSpan every, TimeZoneInfo zone, DateTimeOffset? start, DateTimeOffset? end)
    {
        _cron = cron;
        _every = every;
        _zone = zone;
        _start = start;
        _end = end;
        _anchor = start ?? DateTimeOffset.UnixEpoch;
    }

    /// <summary>Makes the recurrence of a schedule that is valid.</summary>
    /// <exception cref="InvalidOperationException">The schedule is not valid.</exception>
    public static Recurrence Of(ScheduleDefinition schedule)
    {
        if (ScheduleZones.Find(schedule.TimeZone) is not { } zone) throw new InvalidOperationException($"The time zone '{schedule.TimeZone}' is not known here.");
        var cron = schedule.Cron is { } text
            ? CronExpression.TryParse(text, out var error) ?? throw new InvalidOperationException(error!.Message)
            : null;
        if (cron is null && schedule.Every is not { Value.Ticks: > 0 }) throw new InvalidOperationException("The schedule has neither 'cron' nor 'every'.");
        return new Recurrence(cron, schedule.Every?.Value ?? default, zone, ScheduleMoment.Read(schedule.StartAt, zone), ScheduleMoment.Read(schedule.EndAt, zone));
    }

    /// <summary>Gives the first moment after another, to the second; <see langword="null"/> where there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_start is { } start && after < start) after = start.AddTicks(-1);
        var next = _cron is null ? NextOfEvery(after) : NextOfCron(_cron, after);
        return next is { } found && (_end is not { } end || found <= end) ? found.ToUniversalTime() : null;
    }

    /// <summary>Gives the newest moments of a time, oldest first, without counting through all of it.</summary>
    /// <param name="after">Where the time begins, without that moment.</param>
    /// <param name="until">Where it ends, with that moment.</param>
    /// <param name="most">How many are wanted.</param>
    public IReadOnlyList<DateTimeOffset> Newest(DateTimeOffset after, DateTimeOffset until, int most)
    {
        for (var window = TimeSpan.FromMinutes(1); ; window *= 4)
        {
            var isWhole = until - after <= window;
            var found = new Queue<DateTimeOffset>();
            for (var next = Next(isWhole ? after : until - window); next <= until; next = Next(next.Value))
            {
                found.Enqueue(next.Value);
                if (found.Count > most) found.Dequeue();
            }

            if (isWhole || found.Count >= most) return [.. found];
        }
    }

    /// <summary>Counts the moments of a time, up to a limit.</summary>
    public int Count(DateTimeOffset after, DateTimeOffset until, int most)
    {
        var count = 0;
        for (var next = Next(after); next <= until && count < most; next = Next(next.Value)) count++;
        return count;
    }

    private DateTimeOffset? NextOfEvery(DateTimeOffset after)
    {
        if (after < _anchor) return _anchor;
        var passed = (after - _anchor).Ticks / _every.Ticks;
        return passed >= (DateTimeOffset.MaxValue - _anchor).Ticks / _every.Ticks ? null : _anchor + (_every * (passed + 1));
    }

    private DateTimeOffset? NextOfCron(CronExpression cron, DateTimeOffset after)
    {
        var now = WallClock.Read(_zone, after);
        DateTimeOffset? again = null;
        if (cron.IsInterval) again = AgainIn(cron, after, now);
        for (var time = cron.Next(now); time is { } shown; time = cron.Next(shown))
        {
            var (first, second) = WallClock.MomentsOf(_zone, shown, out var jump);
            DateTimeOffset? moment = cron.IsInterval
                ? first > after ? first : second > after ? second : null
                : first ?? jump;
            if (again is { } repeated && !(moment < repeated)) return repeated;
            if (moment > after) return moment;
        }

        return again;
    }

    /// <summary>In the first pass of a doubled hour: gives the first moment of the second pass, which comes after what is left
    /// of the first and before all that the clock has not shown yet.</summary>
    private DateTimeOffset? AgainIn(CronExpression cron, DateTimeOffset after, DateTime now)
    {
        var (first, second) = WallClock.MomentsOf(_zone, new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond)), out _);
        if (first is null || second is not { } repeat || repeat <= after) return null;
        var jump = WallClock.JumpBetween(_zone, first.Value, repeat);
        return cron.Next(WallClock.Read(_zone, jump).AddSeconds(-1)) is { } time && WallClock.MomentsOf(_zone, time, out _).Second is { } moment ? moment : null;
    }
}
