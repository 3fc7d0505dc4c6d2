using Sightglass.Core.Executions;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

public sealed class BreakpointTests
{
    private const string Fork = """
        stages:
          - { id: a, code: { name: x } }
          - { id: b, code: { name: x } }
          - { id: c, needs: [a, b], code: { name: x } }
        """;

    [Fact]
    public void Nothing_starts_while_it_stands_before_a_stage_and_what_runs_goes_on()
    {
        var run = DeciderRun.Of(Fork, breakpoints: ["b"]).HandOut();

        run.Is("paused", ("a", "running"), ("b", "blocked"), ("c", "pending"));
        Assert.Equal(("b", "breakpoint", null), (run.State.Stop?.Stage, run.Stage("b").WaitingFor, run.Stage("b").StartedAt));
        run.Complete("a").HandOut().Is("paused", ("a", "completed"), ("b", "blocked"));
        Assert.Null(run.Log.Decider.TopLane);
        run.Resume().Is("running", ("b", "queued")).HandOut().Is("running", ("b", "running")).Complete("b").RunAll().Is("completed");
        Assert.Equal(["breakpoint"], run.All<DebugPaused>().Select(p => p.Reason));
        Assert.Equal([("continue", "ann")], run.All<DebugResumed>().Select(r => (r.Mode, r.By)));
    }

    [Fact]
    public void Step_lets_one_stage_start_and_stops_before_the_next_without_a_breakpoint()
    {
        var run = DeciderRun.Of(Fork, breakpoints: ["a"]).HandOut().Is("paused", ("a", "blocked"), ("b", "queued"));

        run.Step().HandOut().Is("paused", ("a", "running"), ("b", "blocked"));
        run.Step().HandOut().Is("running", ("b", "running")).Complete("a").Complete("b").HandOut().Is("paused", ("c", "blocked"));
        run.Resume().RunAll().Is("completed");
        Assert.Equal(["breakpoint", "step", "step"], run.All<DebugPaused>().Select(p => p.Reason));
    }

    [Fact]
    public void Stage_that_was_let_go_starts_before_a_more_urgent_one()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x } }
              - { id: u, needs: [a], priority: urgent, code: { name: x } }
            """, breakpoints: ["b"]).HandOut().Complete("a").Is("paused", ("b", "blocked"), ("u", "queued"));

        run.Rebuild().Step().Rebuild().HandOutOne().Is("running", ("b", "running"), ("u", "queued")).HandOut().Is("paused", ("u", "blocked"));
    }

    [Fact]
    public void Breakpoints_are_set_and_cleared_while_it_runs_each_with_who_asked()
    {
        var run = DeciderRun.Of(Fork).HandOut().Break("c").Complete("a").Complete("b").HandOut().Is("paused", ("c", "blocked"));

        Assert.Equal(("before", "ann"), (run.Data<BreakpointSet>("c").When, run.Data<BreakpointSet>("c").By));
        run.Clear("c").Is("paused", ("c", "blocked"));
        Assert.Empty(run.State.Breakpoints);
        Assert.Equal("ann", run.Data<BreakpointCleared>("c").By);
        run.Resume().RunAll().Is("completed");
    }

    [Fact]
    public void Commands_are_refused_by_code_where_they_make_no_sense()
    {
        var run = DeciderRun.Of(Fork);

        Assert.Equal((false, "stage_not_found"), Answer(run.Break("d")));
        Assert.Equal((false, "stage_not_found"), Answer(run.Clear("a[0]")));
        Assert.Equal((true, "done"), Answer(run.Break("a")));
        Assert.Equal((true, "breakpoint_set"), Answer(run.Break("a")));
        Assert.Equal((true, "breakpoint_not_set"), Answer(run.Clear("b")));
        Assert.Equal((false, "not_stopped"), Answer(run.Step()));
        Assert.Equal((true, "paused"), Answer(run.HandOut().Pause()));
        Assert.Equal((true, "done"), Answer(run.Resume()));
        Assert.Equal((true, "not_paused"), Answer(run.Resume()));
        run.RunAll().Is("completed");
        Assert.Equal((false, "already_ended"), Answer(run.Break("a")));
        Assert.Equal((false, "already_ended"), Answer(run.Clear("a")));
        Assert.Equal((false, "already_ended"), Answer(run.Step()));
    }

    [Fact]
    public void An_execution_has_a_bounded_number_of_breakpoints()
    {
        var run = DeciderRun.Of("stages: [" + string.Join(", ", Enumerable.Range(0, 101).Select(i => $"{{ id: s{i}, code: {{ name: x }} }}")) + "]");
        for (var i = 0; i < ExecutionLimits.MaxBreakpoints; i++) run.Break($"s{i}");

        Assert.Equal((false, "too_many_breakpoints"), Answer(run.Break("s100")));
        Assert.Equal((true, "done"), Answer(run.Clear("s7").Break("s100")));
    }

    [Fact]
    public void Each_instance_and_each_attempt_stops()
    {
        var run = DeciderRun.Of("stages: [{ id: a, forEach: [1, 2], code: { name: x }, retry: { maxAttempts: 2, delay: 1s } }]", breakpoints: ["a"]);

        run.HandOut().Is("paused", ("a[0]", "blocked"), ("a[1]", "queued"));
        run.Resume().HandOut().Is("paused", ("a[0]", "running"), ("a[1]", "blocked"));
        run.Fail("a[0]").Advance(5).Is("paused", ("a[0]", "queued"), ("a[1]", "blocked"));
        run.Rebuild().Resume().HandOut().Is("paused", ("a[0]", "blocked"), ("a[1]", "running"));
        run.Resume().HandOut().Is("running", ("a[0]", "running")).Complete("a[0]").Complete("a[1]").Is("completed", ("a", "completed"));
        Assert.Equal(3, run.All<DebugPaused>().Count);
    }

    [Fact]
    public void Lost_attempt_stops_again_before_it_runs_again()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x } }]", breakpoints: ["a"]).HandOut().Resume().HandOut().Rebuild().Die("a").HandOut();

        run.Is("paused", ("a", "blocked")).Resume().RunAll().Is("completed");
        Assert.Equal(2, run.Stage("a").Attempt);
    }

    [Fact]
    public void Stages_without_a_slot_stop_and_their_time_does_not_run()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: w, wait: { for: 10s }, timeout: 20s }
              - { id: v, wait: { for: 10s } }
            """, breakpoints: ["w"]);

        run.Is("paused", ("w", "blocked"), ("v", "pending"));
        Assert.Null(run.Log.Decider.NextDue);
        run.Advance(3600).Rebuild().Is("paused", ("w", "blocked"));
        run.Step().Is("paused", ("w", "waiting"), ("v", "blocked")).Advance(10).Is("paused", ("w", "completed"), ("v", "blocked"));
        run.Rebuild().Resume().Advance(10).Is("completed", ("v", "completed"));
    }

    [Fact]
    public void Stage_that_was_let_go_and_waits_for_a_slot_goes_before_a_stage_without_one()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x } }
              - { id: w, needs: [a], wait: { for: 10s } }
            """, breakpoints: ["b"]).HandOut().Complete("a").Is("paused", ("b", "blocked"), ("w", "pending"));

        run.Step().Is("running", ("b", "queued"), ("w", "pending")).Rebuild().HandOut().Is("paused", ("b", "running"), ("w", "blocked"));
    }

    [Fact]
    public void Stopped_retry_of_a_stage_without_a_slot_keeps_its_iteration_over_a_restart()
    {
        var run = DeciderRun.Of("stages: [{ id: p, pipeline: { id: child }, repeat: { until: output == 2, maxTimes: 3 } }]", breakpoints: ["p"]);

        run.Resume().Child("p", ExecutionStatus.Completed, "1").Is("paused", ("p", "blocked")).Rebuild().Resume();
        Assert.Equal((2, 2), (run.Stage("p").Attempt, run.Stage("p").Iteration));
        run.Child("p", ExecutionStatus.Completed, "2").Is("completed");
    }

    [Fact]
    public void Cancel_ends_what_is_stopped()
    {
        var run = DeciderRun.Of(Fork, breakpoints: ["b"]).HandOut().Cancel().Is("running", ("b", "cancelled"));

        Assert.Null(run.State.Stop);
        run.Stopped("a").Is("cancelled", ("a", "cancelled"), ("c", "cancelled"));
    }

    [Fact]
    public void It_goes_on_when_the_stopped_stage_is_not_to_run_any_more()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, code: { name: x } }
              - { id: h, triggers: { failed: a }, code: { name: x } }
            """, breakpoints: ["b"]).HandOut().Fail("a");

        run.Is("running", ("b", "skipped"), ("h", "queued"));
        Assert.Equal("ended", run.Data<DebugResumed>().Mode);
        run.RunAll().Is("failed", ("h", "completed"));
    }

    [Fact]
    public void Undo_is_not_stopped()
    {
        var run = DeciderRun.Of("""
            onFailure: rollback
            stages:
              - { id: a, code: { name: x }, undo: { code: { name: y } } }
              - { id: b, needs: [a], code: { name: x } }
            """).HandOut().Complete("a").HandOut().Break("a").Fail("b").HandOut();

        Assert.Equal("running", run.Stage("a").Undo);
        run.EndUndo("a").Is("failed");
    }

    [Fact]
    public void Breakpoints_hold_in_the_next_turn()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x } }]", breakpoints: ["a"]).HandOut().Resume().HandOut().Fail("a").Is("failed");

        run.Rebuild().Retry().HandOut().Is("paused", ("a", "blocked")).Resume().RunAll().Is("completed");
    }

    [Fact]
    public void Restart_stands_where_it_stood()
    {
        var run = DeciderRun.Of(Fork, breakpoints: ["b"]).HandOut().Rebuild().Is("paused", ("a", "running"), ("b", "blocked"));

        run.Rebuild().Step().Rebuild().Complete("a").HandOut().Complete("b").Rebuild().HandOut().Is("paused", ("c", "blocked"));
        run.Resume().RunAll().Is("completed");
    }

    private static (bool, string) Answer(DeciderRun run) => (run.Answer.Accepted, run.Answer.Code);
}
