using Sightglass.Core.Executions;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>When a stage runs, is skipped, or fails before it runs.</summary>
public sealed class ReadinessTests
{
    private const string Abc = """
        onFailure: continue
        stages:
          - { id: a, code: { name: x } }
          - { id: b, code: { name: x } }
          - { id: c, code: { name: x }, WAITS }
        """;

    [Theory]
    [InlineData("needs: [a, b]", "completed", "completed", "queued", null)]
    [InlineData("needs: [a, b]", "completed", "skipped", "queued", null)]
    [InlineData("needs: [a, b]", "skipped", "skipped", "skipped", "dependency_skipped")]
    [InlineData("needs: [a, b]", "completed", "failed", "skipped", "dependency_failed")]
    [InlineData("needs: [a, b]", "failed", "open", "skipped", "dependency_failed")]
    [InlineData("needs: [a, b]", "completed", "open", "pending", null)]
    [InlineData("triggers: { failed: a }", "failed", "open", "queued", null)]
    [InlineData("triggers: { failed: a }", "completed", "open", "skipped", "trigger_impossible")]
    [InlineData("triggers: { ended: a }", "failed", "open", "queued", null)]
    [InlineData("triggers: { ended: a }", "skipped", "open", "running", null)]
    [InlineData("triggers: { any: [{ completed: a }, { completed: b }] }", "completed", "open", "queued", null)]
    [InlineData("triggers: { any: [{ completed: a }, { completed: b }] }", "failed", "skipped", "skipped", "dependency_skipped")]
    [InlineData("triggers: { any: [{ completed: a }, { completed: b }] }", "failed", "failed", "skipped", "dependency_failed")]
    [InlineData("triggers: { all: [{ completed: a }, { ended: b }] }", "skipped", "failed", "queued", null)]
    [InlineData("triggers: { all: [{ completed: a }, { when: \"stages.b.status == 'failed'\" }] }", "completed", "failed", "queued", null)]
    [InlineData("triggers: { all: [{ completed: a }, { when: \"stages.b.status == 'failed'\" }] }", "completed", "completed", "skipped", "condition_false")]
    [InlineData("triggers: { all: [{ completed: a }, { event: go }] }", "skipped", "open", "skipped", "dependency_skipped")]
    [InlineData("triggers: { all: [{ completed: a }, { event: go }] }", "completed", "open", "waiting", null)]
    [InlineData("needs: [a], triggers: { event: go }", "skipped", "open", "skipped", "dependency_skipped")]
    [InlineData("triggers: { any: [{ completed: a }, { event: go }] }", "skipped", "open", "waiting", null)]
    [InlineData("needs: [a], when: \"stages.a.output == 1\"", "completed", "open", "skipped", "condition_false")]
    [InlineData("needs: [a], when: \"stages.a.output\"", "completed", "open", "failed", "expression_failed")]
    [InlineData("needs: [a], when: \"stages.a.output.missing == 1\"", "completed", "open", "failed", "expression_failed")]
    public void Stage_fares_as_its_trigger_says_when_others_have_ended(string waits, string a, string b, string expected, string? reason)
    {
        var run = DeciderRun.Of(Abc.Replace("WAITS", waits, StringComparison.Ordinal)
            .Replace("- { id: a, ", a == "skipped" ? "- { id: a, when: \"false\", " : "- { id: a, ", StringComparison.Ordinal)
            .Replace("- { id: b, ", b == "skipped" ? "- { id: b, when: \"false\", " : "- { id: b, ", StringComparison.Ordinal));
        run.HandOut();

        foreach (var (key, end) in new[] { ("a", a), ("b", b) })
        {
            if (end == "completed") run.Complete(key);
            if (end == "failed") run.Fail(key);
        }

        Assert.Equal((expected, reason), (run.StatusOf("c"), run.ReasonOf("c")));
    }

    [Fact]
    public void Approval_is_asked_when_everything_but_outside_answers_holds()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x }, triggers: { all: [{ completed: a }, { approval: { by: [ops], message: "go?" } }, { event: go }] } }
            """);
        Assert.Empty(run.All<ApprovalRequested>());

        run.HandOut().Complete("a");

        Assert.Equal("blocked", run.StatusOf("b"));
        run.Grant("b");
        Assert.Equal("blocked", run.StatusOf("b"));
        run.Event("go");
        Assert.Equal("queued", run.StatusOf("b"));
    }

    [Fact]
    public void Early_event_counts_when_the_stages_hold_later()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x }, triggers: { all: [{ completed: a }, { event: go, where: event.ok }] } }
            """);
        run.Event("go", """{"ok":false}""");
        Assert.Equal("no_trigger_matched", run.Answer.Code);

        run.Event("go", """{"ok":true}""").HandOut().Complete("a");

        Assert.Equal("queued", run.StatusOf("b"));
    }

    [Fact]
    public void Rejected_approval_fails_the_stage_and_names_nobody_when_nobody_is_known()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x }, triggers: { approval: {} } }]").Reject("a", by: null);

        run.Is("failed", ("a", "failed"));
        Assert.Equal(new Core.Stages.StageError("approval_rejected", "The approval was rejected."), run.Stage("a").Error);
    }

    [Fact]
    public void Rejected_approval_fails_the_stage_though_an_event_beside_it_could_still_come()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x }, triggers: { any: [{ event: go }, { approval: {} }] } }]").Reject("a");

        run.Is("failed", ("a", "failed"));
    }

    [Fact]
    public void Approval_is_closed_when_the_stage_runs_without_it()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x }, triggers: { any: [{ event: go }, { approval: { timeout: 10s } }] } }]");
        run.Event("go").HandOut();

        run.Reject("a");

        Assert.Equal("no_approval_open", run.Answer.Code);
        run.Advance(60).Is("running", ("a", "running"));
        run.Complete("a").Is("completed", ("a", "completed"));
    }

    [Fact]
    public void Approval_without_a_deadline_waits_on_when_something_else_is_due()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x }, triggers: { any: [{ approval: {} }, { all: [{ approval: { timeout: 5s, onTimeout: approve } }, { event: go }] }] } }]");

        run.Advance(60);

        Assert.Empty(run.All<ApprovalRejected>());
        run.Grant("a").HandOut().Complete("a").Is("completed");
    }

    [Fact]
    public void Wait_for_an_approval_fails_with_its_timeout_when_nobody_answers()
    {
        var run = DeciderRun.Of("stages: [{ id: a, wait: { approval: {} }, timeout: 10s }]").Advance(20);

        Assert.Equal("timeout", run.Stage("a").Error!.Code);
    }

    [Theory]
    [InlineData("all", 9, "waiting")]
    [InlineData("all", 11, "queued")]
    [InlineData("any", 3, "waiting")]
    [InlineData("any", 5, "queued")]
    public void Timers_of_one_trigger_each_have_their_own_time(string how, int seconds, string expected)
    {
        var run = DeciderRun.Of($"stages: [{{ id: a, code: {{ name: x }}, triggers: {{ {how}: [{{ timer: 10s }}, {{ timer: 4s }}] }} }}]");

        run.Advance(1).Rebuild().Advance(seconds - 1);

        Assert.Equal(expected, run.StatusOf("a"));
    }

    [Theory]
    [InlineData("true", "completed", "skipped")]
    [InlineData("false", "skipped", "completed")]
    public void Branch_runs_what_it_takes_and_skips_the_other(string when, string yes, string no)
    {
        var run = DeciderRun.Of($$"""
            stages:
              - { id: choose, type: branch, when: "{{when}}", then: yes, else: no }
              - { id: yes, code: { name: x } }
              - { id: no, code: { name: x } }
              - { id: join, code: { name: x }, needs: [yes, no] }
            """).HandOut().Complete("choose", when == "true" ? """{"taken":"yes"}""" : """{"taken":"no"}""").RunAll();

        run.Is("completed", ("yes", yes), ("no", no), ("join", "completed"));
    }

    [Fact]
    public void Branch_that_finishes_ends_the_execution_with_what_came_into_it()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: slow, code: { name: x } }
              - { id: choose, type: branch, triggers: { completed: a }, when: "true", then: finish, else: b }
              - { id: b, code: { name: x } }
            """).HandOut().Complete("a", "42").HandOut().Complete("choose", """{"taken":"finish"}""");
        Assert.Contains(run.Effects, e => e is Core.Executions.Decisions.StopAttempt { Stage: "slow" });

        run.Stopped("slow").Is("completed", ("slow", "cancelled"), ("b", "skipped"));

        Assert.Equal(("early_exit", "42"), (run.Data<ExecutionCompleted>().Result, System.Text.Encoding.UTF8.GetString(run.State.Output!.Json.Span)));
    }

    [Fact]
    public void Failure_decides_when_it_was_committed_before_a_branch_finished()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: choose, type: branch, when: "true", then: finish, else: b }
              - { id: b, code: { name: x } }
            """).HandOut().Fail("a").Complete("choose", """{"taken":"finish"}""");

        run.Is("failed", ("b", "skipped"));
    }

    [Fact]
    public void Missing_key_fails_the_stage_at_hand_out_and_it_is_not_retried()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x, input: "${{ stages.a.output.missing }}" }, retry: { maxAttempts: 3 } }
            """).HandOut().Complete("a", "{}").HandOut();

        run.Is("failed", ("b", "failed"));
        Assert.Equal((0, "expression_failed"), (run.Stage("b").Attempt, run.ReasonOf("b")));
    }
}
