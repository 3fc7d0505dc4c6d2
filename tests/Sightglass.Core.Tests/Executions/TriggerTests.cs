using System.Globalization;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>Deadlines of triggers, what is waited for no longer, and what is told of it.</summary>
public sealed class TriggerTests
{
    private const string Two = """
        onFailure: continue
        stages:
          - { id: a, code: { name: x } }
          - { id: b, code: { name: x }, triggers: TRIGGER }
        """;

    [Theory]
    [InlineData("event: go, timeout: 10s", "failed", "trigger_timeout")]
    [InlineData("event: go, timeout: 10s, onTimeout: fail", "failed", "trigger_timeout")]
    [InlineData("event: go, timeout: 10s, onTimeout: skip", "skipped", "trigger_timeout")]
    [InlineData("event: go, timeout: 10s, onTimeout: proceed", "queued", null)]
    [InlineData("approval: {}, timeout: 10s", "failed", "trigger_timeout")]
    [InlineData("approval: {}, timeout: 10s, onTimeout: skip", "skipped", "trigger_timeout")]
    [InlineData("approval: {}, timeout: 10s, onTimeout: proceed", "queued", null)]
    [InlineData("timer: 1m, timeout: 10s, onTimeout: proceed", "queued", null)]
    [InlineData("timer: 1m, timeout: 10s, onTimeout: skip", "skipped", "trigger_timeout")]
    [InlineData("when: \"stages.a.status == 'completed'\", timeout: 10s", "failed", "trigger_timeout")]
    [InlineData("completed: a, timeout: 10s, onTimeout: proceed", "queued", null)]
    [InlineData("any: [{ event: go }, { completed: a }], timeout: 10s", "failed", "trigger_timeout")]
    [InlineData("all: [{ event: go }, { completed: a }], timeout: 10s, onTimeout: skip", "skipped", "trigger_timeout")]
    [InlineData("all: [{ any: [{ event: go }, { approval: {} }], timeout: 10s, onTimeout: proceed }]", "queued", null)]
    [InlineData("any: [{ event: go, timeout: 10s, onTimeout: skip }, { approval: {} }]", "blocked", null)]
    [InlineData("any: [{ event: go, timeout: 10s }, { approval: {} }]", "failed", "trigger_timeout")]
    public void Stage_does_what_its_trigger_says_when_the_time_is_over(string trigger, string expected, string? reason)
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ " + trigger + " }", StringComparison.Ordinal)).HandOut();

        run.Advance(9.9).Rebuild();
        Assert.Contains(run.StatusOf("b"), (string[])["pending", "waiting", "blocked"]);
        run.Advance(0.1);

        Assert.Equal((expected, reason), (run.StatusOf("b"), run.ReasonOf("b")));
        Assert.Equal(expected == "blocked" ? 1 : 0, run.Stage("b").OpenApprovals().Count());
    }

    [Fact]
    public void What_stands_beside_a_skipped_timeout_is_waited_for_after_a_recovery_too()
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ any: [{ approval: {}, timeout: 2s, onTimeout: skip }, { approval: {} }] }", StringComparison.Ordinal));
        run.Advance(2);

        run.Rebuild();
        run.Advance(1);

        Assert.Empty(run.Last);
        Assert.Single(run.Stage("b").OpenApprovals());
    }

    [Fact]
    public void Time_counts_from_when_everything_beside_it_holds()
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ all: [{ completed: a }, { event: go, timeout: 10s }] }", StringComparison.Ordinal)).HandOut();
        run.Advance(100);
        Assert.Equal("pending", run.StatusOf("b"));

        run.Complete("a").Advance(9);
        Assert.Equal("waiting", run.StatusOf("b"));
        run.Advance(1);

        Assert.Equal("failed", run.StatusOf("b"));
    }

    [Fact]
    public void Deadline_is_forgotten_when_the_trigger_held_in_time()
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ any: [{ event: go, timeout: 10s }, { completed: a }], timeout: 1m }", StringComparison.Ordinal)).HandOut();
        Assert.Equal(run.Now.AddSeconds(10), run.Log.Decider.NextDue);

        run.Advance(5).Event("go");

        Assert.Equal("queued", run.StatusOf("b"));
        Assert.Null(run.Log.Decider.NextDue);
        Assert.Equal("queued", run.Advance(100).StatusOf("b"));
    }

    [Fact]
    public void Approval_is_withdrawn_when_another_branch_holds_though_the_stage_still_waits()
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ all: [{ any: [{ event: go }, { approval: { timeout: 1h } }, { timer: 2h }] }, { event: late }] }", StringComparison.Ordinal)).HandOut();
        run.Event("late");
        Assert.NotNull(run.Log.Decider.NextDue);
        Assert.Single(run.Stage("b").OpenApprovals());
        run = DeciderRun.Of(Two.Replace("TRIGGER", "{ all: [{ any: [{ event: go }, { approval: { timeout: 1h } }, { timer: 2h }] }, { event: late }] }", StringComparison.Ordinal)).HandOut();

        run.Event("go");

        Assert.Equal("blocked", run.StatusOf("b"));
        Assert.Empty(run.Stage("b").OpenApprovals());
        Assert.Null(run.Log.Decider.NextDue);
        Assert.Equal(["trigger.evaluated b", "approval.withdrawn b"], run.Last);
        run.Grant("b");
        Assert.Equal("no_approval_open", run.Answer.Code);
        Assert.Equal("no_trigger_matched", run.Event("go").Answer.Code);
        Assert.Equal("queued", run.Event("late").StatusOf("b"));
    }

    [Fact]
    public void Event_of_a_branch_that_is_not_needed_is_not_taken()
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ all: [{ any: [{ event: go }, { event: stop }] }, { approval: {} }] }", StringComparison.Ordinal));

        run.Event("go", "1").Event("stop", "2");

        Assert.Equal("no_trigger_matched", run.Answer.Code);
        Assert.Equal(["go"], run.All<TriggerEvaluated>("b").Where(e => e.Result).Select(_ => "go"));
        Assert.True(run.All<TriggerEvaluated>("b")[^1].Cancelled);
    }

    [Fact]
    public void First_branch_wins_when_one_event_answers_several()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x, input: \"${{ stage.event.n }}\" }, triggers: { any: [{ event: go, where: event.n > 0 }, { event: go }] } }]");

        run.Event("go", """{"n":7}""").HandOut();

        Assert.Equal([0], run.All<TriggerEvaluated>("a").Where(e => e.Result).Select(e => e.Trigger));
        Assert.Contains("\"input\":7", Encoding.UTF8.GetString(run.Stage("a").Input!.Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Result_that_stays_the_same_is_not_recorded_again()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x }, triggers: { event: go, where: event.ok } }]");
        for (var i = 0; i < 1000; i++) run.Event("go", """{"ok":false}""");
        var same = run.Log.Events.Count;

        // The reason is another each time: told a few times, and no more.
        for (var i = 0; i < 100; i++) run.Event("go", string.Create(CultureInfo.InvariantCulture, $$"""{"ok":{{i}}}"""));

        Assert.Equal(4, same);
        Assert.InRange(run.Log.Events.Count, same + 1, same + 16);
        Assert.Equal("queued", run.Event("go", """{"ok":true}""").StatusOf("a"));
    }

    [Fact]
    public void Condition_is_judged_once_and_its_result_is_told()
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ all: [{ when: \"stages.a.status == 'completed'\" }, { event: go }] }", StringComparison.Ordinal)).HandOut().Complete("a");

        for (var i = 0; i < 100; i++) run.Event("other").Advance(1).Rebuild();

        var told = Assert.Single(run.All<TriggerEvaluated>("b"), e => e.Kind == "condition");
        Assert.Equal((true, "'stages.a.status == 'completed'' is true"), (told.Result, told.Why));
    }

    [Fact]
    public void State_tells_each_trigger_its_last_result_why_since_when_and_until_when()
    {
        var run = DeciderRun.Of(Two.Replace("TRIGGER", "{ all: [{ completed: a }, { event: go, timeout: 1h }, { approval: { by: [ann] } }], timeout: 1d }", StringComparison.Ordinal)).HandOut();
        run.Advance(10).Complete("a").Advance(10).Grant("b");

        var state = Encoding.UTF8.GetString(StateJson.Write(run.State));
        var from = run.Now.ToUnixTimeMilliseconds();
        Assert.Contains(
            $$"""
            "triggers":[{"trigger":0,"type":"completed","result":true,"why":"a completed","since":{{from - 10_000}},"deadline":null,"timedOut":null,"cancelled":false},
            {"trigger":1,"type":"event","result":false,"why":"waits 1h for event 'go'","since":{{from - 10_000}},"deadline":{{from - 10_000 + 3_600_000}},"timedOut":null,"cancelled":false},
            {"trigger":2,"type":"approval","result":true,"why":"granted by ann","since":{{from}},"deadline":null,"timedOut":null,"cancelled":false},
            {"trigger":4,"type":"all","result":false,"why":"waits 1d for all of a group","since":{{from - 20_000}},"deadline":{{from - 20_000 + 86_400_000}},"timedOut":null,"cancelled":false}]
            """.ReplaceLineEndings("").Replace("},            {", "},{", StringComparison.Ordinal),
            state,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Trigger_of_64_levels_is_judged_and_one_more_is_refused()
    {
        var run = DeciderRun.Of(Nested(64));
        Assert.Equal("waiting", run.StatusOf("a"));
        Assert.Equal("queued", run.Rebuild().Event("go").StatusOf("a"));

        var problem = Assert.Single(DefinitionValidator.Validate(Nested(65)));
        Assert.Equal((ProblemCodes.TooDeep, ProblemSeverity.Error), (problem.Code, problem.Severity));
    }

    [Fact]
    public void Thousands_of_conditions_cost_each_change_only_the_groups_above_it()
    {
        const int count = 5_000;
        var run = DeciderRun.Of(new PipelineDefinition
        {
            Id = "p",
            Stages = [new StageDefinition { Id = "a", Code = new CodeDefinition { Name = "x" }, Triggers = new TriggerDefinition { All = [.. Enumerable.Range(0, count).Select(i => new TriggerDefinition { Event = Name(i) })] } }],
        });
        var decider = run.Log.Decider;

        // Judged in full at each event this is 25 million answers, and the log would be folded by the helper each time.
        for (var i = 0; i < count - 1; i++) decider.Decide(new Core.Executions.Decisions.DeliverEvent(run.Now, Name(i), Payload.Null));
        Assert.Equal(StageStatus.Waiting, decider.State.Find("a")!.Status);
        decider.Decide(new Core.Executions.Decisions.DeliverEvent(run.Now, Name(count - 1), Payload.Null));

        Assert.Equal(StageStatus.Queued, decider.State.Find("a")!.Status);

        static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"e{i}");
    }

    private static PipelineDefinition Nested(int levels)
    {
        var trigger = new TriggerDefinition { Event = "go" };
        for (var i = 0; i < levels; i++) trigger = i % 2 == 0 ? new TriggerDefinition { All = [trigger] } : new TriggerDefinition { Any = [trigger, new TriggerDefinition { Event = "never" }] };
        return new PipelineDefinition { Id = "p", Stages = [new StageDefinition { Id = "a", Code = new CodeDefinition { Name = "x" }, Triggers = trigger }] };
    }
}
