using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions.Schedules;

public sealed class ScheduleValidationTests
{
    private const string Rest = "\nstages: [{ id: a, shell: { run: 'true' } }]";

    [Theory]
    [InlineData("{ cron: '@daily' }", ProblemCodes.MissingId, "schedules[0].id", "1:14", "id:")]
    [InlineData("{ id: a b, cron: '@daily' }", ProblemCodes.InvalidId, "schedules[0].id", "1:20", "letters")]
    [InlineData("{ id: n }", ProblemCodes.Missing, "schedules[0]", "1:14", "cron:")]
    [InlineData("{ id: n, cron: '@daily', every: 5m }", ProblemCodes.SeveralMembers, "schedules[0].every", "1:46", "keep one")]
    [InlineData("{ id: n, cron: 0 25 * * * }", ProblemCodes.BadCron, "schedules[0].cron", "1:31", null)]
    [InlineData("{ id: n, cron: '0 3 * * 9' }", ProblemCodes.BadCron, "schedules[0].cron", "1:38", "Sunday")]
    [InlineData("{ id: n, cron: '@every 5m' }", ProblemCodes.BadCron, "schedules[0].cron", "1:30", "every: 5m")]
    [InlineData("{ id: n, cron: 0 0 30 2 * }", ProblemCodes.NeverFires, "schedules[0].cron", "1:29", "30 2")]
    [InlineData("{ id: n, every: 100ms }", ProblemCodes.OutOfRange, "schedules[0].every", "1:30", "1s")]
    [InlineData("{ id: n, every: often }", ProblemCodes.BadDuration, "schedules[0].every", "1:30", "30s")]
    [InlineData("{ id: n, cron: '@daily', timeZone: Europe/Berln }", ProblemCodes.UnknownTimeZone, "schedules[0].timeZone", "1:49", "Europe/Berlin")]
    [InlineData("{ id: n, cron: '@daily', timeZone: ../../etc/passwd }", ProblemCodes.UnknownTimeZone, "schedules[0].timeZone", "1:49", "IANA")]
    [InlineData("{ id: n, cron: '@daily', startAt: soon }", ProblemCodes.BadMoment, "schedules[0].startAt", "1:48", "2026-12-01")]
    [InlineData("{ id: n, cron: '@daily', startAt: '2026-12-02', endAt: '2026-12-01' }", ProblemCodes.NeverFires, "schedules[0].endAt", "1:69", "after")]
    [InlineData("{ id: n, cron: '@daily', misfire: never }", ProblemCodes.UnknownValue, "schedules[0].misfire", "1:48", "run-once, skip, run-all")]
    [InlineData("{ id: n, cron: '@daily', overlap: replace }", ProblemCodes.UnknownValue, "schedules[0].overlap", "1:48", "cancel-running")]
    [InlineData("{ id: n, cron: '@daily', input: { who: 1 } }", ProblemCodes.WrongType, "schedules[0].input.who", "1:53", null)]
    [InlineData("{ id: n, cron: '@daily', input: { whom: x } }", ProblemCodes.UnknownInput, "schedules[0].input.whom", "1:54", "who")]
    public void Read_names_the_place_and_what_to_write_when_a_schedule_is_wrong(string schedule, string code, string path, string place, string? suggestion)
    {
        var inputs = path.Contains("input", StringComparison.Ordinal) ? "\ninputs: { who: { type: string } }" : "";

        var problem = Assert.Single(Read.Yaml($"schedules: [ {schedule}]" + inputs + Rest).Problems);

        Assert.Equal((code, path), (problem.Code, problem.Path));
        Assert.Equal(place, $"{problem.Line}:{problem.Column}");
        if (suggestion is not null) Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_reports_a_required_input_that_a_schedule_does_not_give()
    {
        var problem = Assert.Single(Read.Yaml("schedules: [{ id: n, cron: '@daily' }]\ninputs: { who: { required: true } }" + Rest).Problems);

        Assert.Equal((ProblemCodes.MissingInput, "schedules[0].input.who"), (problem.Code, problem.Path));
    }

    [Fact]
    public void Read_reports_two_schedules_of_one_id()
    {
        var problem = Assert.Single(Read.Yaml("schedules:\n  - { id: n, cron: '@daily' }\n  - { id: n, every: 5m }" + Rest).Problems);

        Assert.Equal((ProblemCodes.DuplicateId, "schedules[1].id"), (problem.Code, problem.Path));
    }

    [Fact]
    public void Written_schedule_reads_as_the_same()
    {
        var definition = Read.Yaml("schedules:\n  - { id: n, cron: '0 3 * * 1-5', timeZone: Europe/Berlin, misfire: run-all, overlap: queue, enabled: false, jitter: 30s, input: { a: [1] }, labels: { k: v } }" + Rest).Definition!;

        var again = Read.Yaml(DefinitionWriter.ToYaml(definition)).Definition!;

        Assert.Equal(DefinitionJson.Write(definition), DefinitionJson.Write(again));
        Assert.Contains("overlap: queue", DefinitionWriter.ToYaml(definition), StringComparison.Ordinal);
    }
}
