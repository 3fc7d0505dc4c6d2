using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>Failure, rollback, pause, cancellation and further turns.</summary>
public sealed class EndingTests
{
    private const string Three = """
        stages:
          - { id: a, code: { name: x }, undo: { code: { name: u } } }
          - { id: b, code: { name: x }, needs: [a], undo: { code: { name: u } } }
          - { id: c, code: { name: x }, needs: [b] }
        """;

    [Fact]
    public void Failure_lets_running_stages_end_and_starts_handlers_only()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x } }
              - { id: after-b, code: { name: x }, needs: [b] }
              - { id: tell, code: { name: x }, triggers: { failed: a } }
              - { id: after-tell, code: { name: x }, needs: [tell] }
              - { id: timer, wait: { for: 1h } }
            """).HandOut().Fail("a");
        run.Is("running", ("b", "running"), ("after-b", "skipped"), ("tell", "queued"), ("timer", "cancelled"));

        run.Complete("b").RunAll().Is("failed", ("tell", "completed"), ("after-tell", "completed"));
        Assert.Equal("a", run.State.FailedStage);
    }

    [Fact]
    public void Failure_cancels_the_waits_of_a_fan_out()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: w, forEach: [1, 2], wait: { event: never } }
            """).HandOut().Fail("a");

        run.Is("failed", ("w", "cancelled"), ("w[0]", "cancelled"));
    }

    [Fact]
    public void Continue_goes_on_with_what_does_not_depend_on_the_failure()
    {
        var run = DeciderRun.Of("""
            onFailure: continue
            stages:
              - { id: a, code: { name: x } }
              - { id: after-a, code: { name: x }, needs: [a] }
              - { id: b, code: { name: x } }
              - { id: after-b, code: { name: x }, needs: [b] }
            """).HandOut().Fail("a").RunAll();

        run.Is("failed", ("after-a", "skipped"), ("after-b", "completed"));
    }

    [Fact]
    public void Rollback_undoes_one_at_a_time_newest_first_and_goes_on_after_a_failed_undo()
    {
        var run = DeciderRun.Of("onFailure: rollback\n" + Three).HandOut().Complete("a").HandOut().Complete("b").HandOut().Fail("c").HandOut();
        Assert.Equal(["b"], run.Open);

        run.EndUndo("b", completed: false).HandOut();
        Assert.Equal(["a"], run.Open);

        run.EndUndo("a").Is("failed");
        Assert.Equal(("completed", "failed"), (run.Stage("a").Undo, run.Stage("b").Undo));
    }

    [Fact]
    public void Rollback_waits_for_the_undo_of_an_instance_under_another_owner()
    {
        var run = DeciderRun.Of("""
            onFailure: rollback
            stages:
              - { id: a, forEach: [1, 2], code: { name: x }, undo: { code: { name: u } } }
              - { id: b, code: { name: x }, needs: [a] }
            """).HandOut().Complete("a[0]").Complete("a[1]").HandOut().Fail("b").HandOut();

        run.Rebuild().HandOut();

        Assert.Equal(["a[1]"], run.Open);
        run.EndUndo("a[1]").HandOut().EndUndo("a[0]").Is("failed");
    }

    [Fact]
    public void Undo_of_a_child_is_among_the_open_attempts_of_a_recovery()
    {
        var run = DeciderRun.Of("""
            onFailure: rollback
            stages:
              - { id: a, pipeline: { id: child }, undo: { code: { name: u } } }
              - { id: b, code: { name: x }, needs: [a] }
            """).Child("a", ExecutionStatus.Completed).HandOut().Fail("b").HandOut();

        Assert.Equal(("a", 1, true), run.Rebuild().Log.Decider.OpenAttempts().Single());
    }

    [Fact]
    public void Undo_of_an_earlier_turn_is_refused()
    {
        var run = DeciderRun.Of("onFailure: rollback\n" + Three).HandOut().Complete("a").HandOut().Fail("b").HandOut().Cancel().Advance(20).Is("cancelled");
        run.Retry().HandOut().Complete("a").HandOut().Fail("b").HandOut();

        run.Do(new FinishUndo(run.Now, "a", 1, StageResult.Completed(), 1));

        Assert.Equal("attempt_not_open", run.Answer.Code);
        run.EndUndo("a").Is("failed");
    }

    [Fact]
    public void Nothing_follows_when_the_engine_gives_up_during_a_rollback()
    {
        var run = DeciderRun.Of("onFailure: rollback\n" + Three).HandOut().Complete("a").HandOut().Fail("b").HandOut();

        run.Do(new FailExecution(run.Now, new StageError("store_lost", "It is gone."))).Is("failed");
        run.EndUndo("a");

        Assert.Equal("attempt_not_open", run.Answer.Code);
        Assert.Equal("failed", run.Stage("a").Undo);
    }

    [Fact]
    public void Pause_holds_every_kind_of_stage_and_resume_lets_them_go()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x }, needs: [a] }
              - { id: w, wait: { for: 1s }, needs: [a] }
              - { id: p, pipeline: { id: child }, needs: [a] }
            """).HandOut().Pause().Complete("a").HandOut();
        run.Is("paused", ("b", "queued"), ("w", "pending"), ("p", "pending"));

        run.Resume().HandOut().Is("running", ("b", "running"), ("w", "waiting"), ("p", "running"));
    }

    [Fact]
    public void Cancel_ends_when_attempts_answer_and_a_late_result_counts()
    {
        var run = DeciderRun.Of(Three).HandOut().Cancel();
        run.Is("running", ("a", "running"), ("b", "cancelled"));

        run.Complete("a").Is("cancelled", ("a", "completed"));
    }

    [Fact]
    public void Cancel_gives_up_what_does_not_answer_by_the_deadline()
    {
        var run = DeciderRun.Of(Three).HandOut().Cancel().Advance(14).Is("running");

        run.Advance(1).Is("cancelled", ("a", "cancelled"));
        Assert.Equal("unreachable", run.ReasonOf("a"));
    }

    [Fact]
    public void Retry_runs_the_failed_and_what_depends_on_it_and_nothing_else()
    {
        var run = DeciderRun.Of(Three).HandOut().Complete("a").HandOut().Fail("b").Is("failed").Retry();

        Assert.Equal((2, "completed"), (run.State.Turn, run.StatusOf("a")));
        run.RunAll().Is("completed", ("b", "completed"), ("c", "completed"));
        Assert.Equal(2, run.Stage("b").Attempt);
    }

    [Fact]
    public void Retry_ends_at_once_when_it_was_cancelled_after_a_branch_had_finished()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: slow, code: { name: x } }
              - { id: choose, type: branch, when: "true", then: finish, else: b }
              - { id: b, code: { name: x } }
            """).HandOut().Complete("choose", """{"taken":"finish"}""").Cancel().Stopped("slow").Is("cancelled");

        run.Retry().Is("completed");
        Assert.Equal("early_exit", run.State.Result);
    }

    [Theory]
    [InlineData(false, "nothing_failed")]
    [InlineData(true, "child_of_ended_parent")]
    public void Retry_is_refused_when_there_is_nothing_to_retry(bool child, string code)
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x } }]", parent: child ? new ParentLink(Guid.Empty, "s", 1) : null).HandOut();
        Assert.Equal("still_running", run.Retry().Answer.Code);

        (child ? run.Fail("a") : run.Complete("a")).Retry();

        Assert.Equal((false, code), (run.Answer.Accepted, run.Answer.Code));
    }

    [Fact]
    public void Lanes_are_emptied_in_the_order_of_their_priority_under_any_owner()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: low, code: { name: x }, priority: low }
              - { id: medium, code: { name: x } }
              - { id: high, code: { name: x }, priority: high }
              - { id: urgent, code: { name: x }, priority: urgent }
            """).HandOutOne().HandOutOne().Rebuild().HandOutOne().HandOutOne();

        Assert.Equal(["urgent", "high", "medium", "low"], run.Log.Events.Where(e => e.Data is StageStarted).Select(e => e.Stage));
    }

    [Fact]
    public void Result_counts_once()
    {
        var run = DeciderRun.Of(Three).HandOut().Complete("a");
        var again = new FinishAttempt(run.Now, "a", 1, StageResult.Failed("boom", "late"), 1, 0);

        Assert.Equal("attempt_not_open", run.Do(again).Answer.Code);
        Assert.Empty(run.Last);
    }

    [Fact]
    public void Output_of_many_last_stages_names_large_values_and_does_not_hold_them_all()
    {
        var stages = string.Concat(Enumerable.Range(0, 12).Select(i => $"  - {{ id: s{i}, code: {{ name: x }} }}\n"));
        var run = DeciderRun.Of("stages:\n" + stages).RunAll("\"" + new string('x', 1024 * 1024) + "\"").Is("completed");

        var output = run.State.Output!;
        Assert.InRange(output.Bytes, 12 * 100, 12 * 1000);
        Assert.Contains("\"s11\":{\"ref\":\"sha256:", System.Text.Encoding.UTF8.GetString(output.Json.Span), StringComparison.Ordinal);
    }
}
