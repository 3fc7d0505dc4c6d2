namespace Sightglass.Core.Definitions;

/// <summary>Checks the schedules of a pipeline.</summary>
internal static class ScheduleChecks
{
    private static readonly DateTimeOffset Long = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Run(Check check)
    {
        var schedules = check.Definition.Schedules ?? [];
        if (schedules.Count > DefinitionLimits.Schedules)
            check.Error(ProblemCodes.OutOfRange, "schedules", $"there are {schedules.Count:N0} schedules; {DefinitionLimits.Schedules} are allowed", "join times with ',' in one cron expression");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(schedules.Count, DefinitionLimits.Schedules); i++)
        {
            var path = SourcePath.Join("schedules", i);
            if (check.IsBroken(path)) continue;
            CheckId(check, schedules[i].Id, path + ".id", seen);
            CheckTimes(check, schedules[i], path);
            CheckInput(check, schedules[i], path + ".input");
            CheckLabels(check, schedules[i], path + ".labels");
        }
    }

    private static void CheckId(Check check, string id, string path, HashSet<string> seen)
    {
        if (id.Length == 0 || check.IsBroken(path)) return;
        if (id.Length > DefinitionLimits.IdLength || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            check.Error(ProblemCodes.InvalidId, path, $"'{(id.Length > 60 ? id[..60] + "…" : id)}' is no id", "use letters, digits, '-' and '_', at most 100 of them");
        else if (!seen.Add(id))
            check.Error(ProblemCodes.DuplicateId, path, $"the id '{id}' is used by two schedules", "give each schedule an id of its own");
    }

    private static void CheckTimes(Check check, ScheduleDefinition schedule, string path)
    {
        if (check.IsBroken(path + ".cron") || check.IsBroken(path + ".every")) return;
        if (schedule.Cron is null && schedule.Every is null)
        {
            check.Error(ProblemCodes.Missing, path, "the schedule names no times", "write 'cron: \"0 3 * * *\"' or 'every: 15m'");
            return;
        }

        if (schedule.Cron is not null && schedule.Every is not null) check.Error(ProblemCodes.SeveralMembers, path + ".every", "'cron' and 'every' are both given", "keep one of them, or write two schedules");
        if (schedule.Every is { Value.TotalSeconds: < 1 }) check.Error(ProblemCodes.OutOfRange, path + ".every", "'every' is at least 1 second", "write 'every: 1s' or more");
        if (schedule.Cron is not null && CronExpression.TryParse(schedule.Cron, out var error) is null)
        {
            check.ErrorAt(ProblemCodes.BadCron, path + ".cron", 1, error!.Column, error.Message, error.Suggestion);
            return;
        }

        if (ScheduleZones.Find(schedule.TimeZone) is not { } zone)
        {
            var suggestion = check.Suggest(schedule.TimeZone, ScheduleZones.Names()) ?? "write a name of the IANA data base, such as Europe/Berlin, or UTC";
            check.Error(ProblemCodes.UnknownTimeZone, path + ".timeZone", $"the time zone '{schedule.TimeZone}' is not known here", suggestion);
            return;
        }

        if (!CheckMoment(check, schedule.StartAt, zone, path + ".startAt") | !CheckMoment(check, schedule.EndAt, zone, path + ".endAt")) return;
        if (ScheduleMoment.Read(schedule.StartAt, zone) > ScheduleMoment.Read(schedule.EndAt, zone))
            check.Error(ProblemCodes.NeverFires, path + ".endAt", "the schedule ends before it begins", "write an 'endAt' after 'startAt'");
        else if (schedule.Every is not { Value.TotalSeconds: < 1 } && Recurrence.Of(schedule).Next(Long) is null)
            check.Error(ProblemCodes.NeverFires, path + (schedule.Cron is null ? "" : ".cron"), "no time fits this schedule, so it would never start anything", "look for a day that its month does not have, such as '0 0 30 2 *', or a time outside 'startAt' and 'endAt'");
    }

    private static bool CheckMoment(Check check, string? text, TimeZoneInfo zone, string path)
    {
        if (text is null || ScheduleMoment.Read(text, zone) is not null) return true;
        check.Error(ProblemCodes.BadMoment, path, $"'{(text.Length > 60 ? text[..60] + "…" : text)}' is no moment", "write 2026-12-01, 2026-12-01T09:00 in the schedule's time zone, or 2026-12-01T09:00:00Z");
        return false;
    }

    /// <summary>Binds the input as a start will, so that a schedule does not fail at night for what is known by day.</summary>
    private static void CheckInput(Check check, ScheduleDefinition schedule, string path)
    {
        if (check.IsBroken(path) || check.Definition.Inputs.Keys.Any(name => check.IsBroken(SourcePath.Join("inputs", name)))) return;
        foreach (var problem in InputValidator.Bind(check.Definition, schedule.Input, null, out _))
        {
            var name = problem.Path.StartsWith("inputs.", StringComparison.Ordinal) ? problem.Path["inputs".Length..] : "";
            check.Error(problem.Code, path + name, problem.Message, problem.Suggestion);
        }
    }

    private static void CheckLabels(Check check, ScheduleDefinition schedule, string path)
    {
        if (schedule.Labels.Count > Scheduling.StartRequest.MaxLabels || schedule.Labels.Any(label => label.Key.Length is 0 or > Scheduling.StartRequest.MaxLabelChars || label.Value.Length > Scheduling.StartRequest.MaxLabelChars))
            check.Error(ProblemCodes.OutOfRange, path, "there may be 32 labels of at most 200 characters", "remove some");
    }
}
