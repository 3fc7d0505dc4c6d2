using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass schedules</c>: what a server starts by itself.</summary>
internal static class ScheduleCommands
{
    public const string Examples = """
        sightglass schedules                              list them with their next times
        sightglass schedules pause report/nightly
        sightglass schedules resume report/nightly
        sightglass schedules trigger report/nightly       start it now, beside its times
        """;

    public static Command Create()
    {
        var json = CommonOptions.Json("Print one JSON object.");
        var list = new Command("list", "List the schedules with their next times.") { json };
        list.SetAction(parsed => ListAsync(Target.Of(parsed), parsed.GetValue(json)));
        var ownJson = CommonOptions.Json("Print one JSON object.");
        var command = new Command("schedules", "List, pause, resume or trigger what a server starts by itself.")
        {
            ownJson,
            list,
            CreateOrder("pause", "Hold a schedule; times that pass meanwhile are not made up for."),
            CreateOrder("resume", "Let a held schedule go on, from now."),
            CreateOrder("trigger", "Start what a schedule starts, now and beside its times."),
        };
        command.SetAction(parsed => ListAsync(Target.Of(parsed), parsed.GetValue(ownJson)));
        return command;
    }

    private static Command CreateOrder(string verb, string description)
    {
        var name = new Argument<string>("SCHEDULE") { Description = "PIPELINE/SCHEDULE, as the list shows it." };
        var command = new Command(verb, description) { name };
        command.SetAction(parsed => OrderAsync(Target.Of(parsed), parsed.GetRequiredValue(name), verb));
        return command;
    }

    private static async Task<int> ListAsync(Target target, bool json)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var answer = await session.Client.GetAsync("api/schedules").ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        var schedules = answer.GetProperty("schedules"u8);
        if (json) output.WriteLine(answer.GetRawText());
        else if (schedules.GetArrayLength() == 0) output.WriteLine("No pipeline has a schedule. Add one to its file: schedules: [{ id: nightly, cron: '0 3 * * *' }]");
        else new TextTable("SCHEDULE", "WHEN", "NEXT", "LAST", "STARTED", "SKIPPED", "MISSED", "").AddRange(schedules.EnumerateArray().Select(Row)).Write(output);
        return ExitCodes.Success;
    }

    private static async Task<int> OrderAsync(Target target, string name, string verb)
    {
        if (name.Split('/') is not [{ Length: > 0 } pipeline, { Length: > 0 } schedule])
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{name}' is no schedule; write PIPELINE/SCHEDULE, as 'sightglass schedules' shows it.");
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var answer = await session.Client.PostAsync($"api/schedules/{Uri.EscapeDataString(pipeline)}/{Uri.EscapeDataString(schedule)}/{verb}", static _ => { }).ConfigureAwait(false);
        StandardStreams.Open().Out.WriteLine(TerminalText.Clean($"{name}: {answer.GetProperty("message"u8).GetString()}"));
        return ExitCodes.Success;
    }

    private static string[] Row(JsonElement schedule)
    {
        var when = schedule.GetProperty("cron"u8).GetString() is { } cron ? $"{cron} {schedule.GetProperty("timeZone"u8).GetString()}" : "every " + schedule.GetProperty("every"u8).GetString();
        var note = !schedule.GetProperty("enabled"u8).GetBoolean() ? "off"
            : schedule.GetProperty("paused"u8).GetBoolean() ? "paused"
            : schedule.GetProperty("lastError"u8).GetString() is { } error ? "last start failed: " + error
            : "";
        return
        [
            $"{schedule.GetProperty("pipelineId"u8).GetString()}/{schedule.GetProperty("id"u8).GetString()}",
            when,
            Time(schedule.GetProperty("next"u8)),
            Time(schedule.GetProperty("lastTime"u8)),
            schedule.GetProperty("started"u8).GetRawText(),
            schedule.GetProperty("skipped"u8).GetRawText(),
            schedule.GetProperty("missed"u8).GetRawText(),
            note,
        ];
    }

    private static string Time(JsonElement milliseconds) => milliseconds.ValueKind == JsonValueKind.Number
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.GetInt64()).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : "–";
}
