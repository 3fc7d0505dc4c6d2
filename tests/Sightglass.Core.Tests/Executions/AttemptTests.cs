using Sightglass.Core.Executions;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>Retries, losses, repetitions, fan-outs, waits and children.</summary>
public sealed class AttemptTests
{
    [Theory]
    [InlineData(0.0, 5)]
    [InlineData(1.0, 10)]
    public void Retry_waits_between_half_and_all_of_its_delay(double jitter, int seconds)
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x }, retry: { maxAttempts: 2, delay: 10s } }]").HandOut().Fail("a", jitter: jitter);

        Assert.Equal(run.Now.AddSeconds(seconds), run.Data<StageFailed>("a").RetryAt);
        run.Advance(seconds - 1).HandOut();
        Assert.Empty(run.Open);
        run.Advance(1).HandOut().Fail("a").Is("failed");
    }

    [Fact]
    public void Retry_without_delay_survives_a_backoff_beyond_all_numbers()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x }, retry: { maxAttempts: 400, delay: 0s, backoff: 10 } }]");

        for (var i = 0; i < 400; i++) run.HandOut().Fail("a");

        run.Is("failed");
    }

    [Fact]
    public void Third_death_in_a_row_fails_the_stage()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x } }]").HandOut().Die("a").HandOut().Die("a").HandOut().Die("a");

        Assert.Equal(("failed", "worker_crashed"), (run.Status, run.ReasonOf("a")));
    }

    [Fact]
    public void Death_is_told_with_the_time_until_it_was_found()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x } }]").HandOut().Advance(90).Die("a");

        Assert.Equal((90_000d, true), (run.Stage("a").Duration, run.Stage("a").Lost));
        Assert.False(run.HandOut().Stage("a").Lost);
    }

    [Fact]
    public void Lost_attempt_runs_again_ten_times_beside_its_retries()
    {
        var run = DeciderRun.Of("stages: [{ id: a, code: { name: x } }]");

        for (var i = 0; i < 10; i++) run.HandOut().Stopped("a").Is("running", ("a", "queued"));

        run.HandOut().Stopped("a").Is("failed", ("a", "failed"));
    }

    [Fact]
    public void Lost_attempt_fails_the_stage_when_it_must_not_run_twice() =>
        DeciderRun.Of("stages: [{ id: a, code: { name: x }, onLost: fail }]").HandOut().Die("a").Is("failed", ("a", "failed"));

    [Fact]
    public void Repetition_ends_when_its_condition_holds_and_fails_when_it_never_does()
    {
        const string Yaml = "stages: [{ id: a, code: { name: x }, repeat: { until: output == 2, maxTimes: 3, delay: 5s } }]";
        var run = DeciderRun.Of(Yaml).HandOut().Complete("a", "1").Advance(5).HandOut().Complete("a", "2");
        run.Is("completed", ("a", "completed"));
        Assert.Equal(2, run.Stage("a").Iteration);

        run = DeciderRun.Of(Yaml);
        for (var i = 0; i < 3; i++) run.HandOut().Complete("a", "1").Advance(5);
        Assert.Equal("repeat_exhausted", run.ReasonOf("a"));
    }

    [Fact]
    public void Repetition_fails_when_its_condition_is_no_truth_value() =>
        Assert.Equal("expression_failed", DeciderRun.Of("stages: [{ id: a, code: { name: x }, repeat: { until: output, maxTimes: 3 } }]").HandOut().Complete("a", "1").ReasonOf("a"));

    [Fact]
    public void Iteration_that_ends_after_a_failure_does_not_complete_its_stage()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x }, repeat: { until: output == 2, maxTimes: 3 } }
              - { id: b, code: { name: x } }
            """).HandOut().Fail("b").Complete("a", "1");

        run.Is("failed", ("a", "cancelled"));
        run.Retry().HandOut();
        Assert.Equal(["a", "b"], run.Open);
    }

    [Fact]
    public void Handler_is_retried_and_repeated_while_the_execution_fails()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: tell, code: { name: x }, triggers: { failed: a }, retry: { maxAttempts: 2, delay: 0s }, repeat: { until: output == 2, maxTimes: 3 } }
            """).HandOut().Fail("a").HandOut().Fail("tell").HandOut().Complete("tell", "1").HandOut().Complete("tell", "2");

        run.Is("failed", ("tell", "completed"));
    }

    [Theory]
    [InlineData("[]", "completed", null)]
    [InlineData("{\"a\":1}", "failed", "items_invalid")]
    [InlineData("1", "failed", "items_invalid")]
    public void ForEach_takes_lists_only(string items, string status, string? reason)
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, forEach: "${{ stages.a.output }}", code: { name: x } }
            """).HandOut().Complete("a", items);

        Assert.Equal((status, reason), (run.StatusOf("b"), run.ReasonOf("b")));
    }

    [Theory]
    [InlineData(100_000, "queued")]
    [InlineData(100_001, "failed")]
    public void ForEach_takes_a_hundred_thousand_items(int count, string status)
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, forEach: "${{ stages.a.output }}", maxParallel: 1, code: { name: x } }
            """).HandOut().Complete("a", "[" + string.Join(',', Enumerable.Repeat("1", count)) + "]");

        Assert.Equal(status, run.StatusOf("b"));
    }

    [Theory]
    [InlineData("fail", "skipped", 0)]
    [InlineData("continue", "completed", 2)]
    public void Failing_instance_fails_its_stage_and_the_policy_says_whether_the_rest_runs(string policy, string last, int more)
    {
        var run = DeciderRun.Of($$"""
            onFailure: {{policy}}
            stages: [{ id: a, forEach: [1, 2, 3], maxParallel: 1, code: { name: x } }]
            """).HandOut().Fail("a[0]");
        var ran = 0;
        while (run.HandOut().Open.Any())
        {
            run.Complete(run.Open.Single());
            ran++;
        }

        run.Is("failed", ("a", "failed"), ("a[2]", last));
        Assert.Equal(more, ran);
    }

    [Fact]
    public void Instances_are_not_retried_when_another_has_failed_the_stage()
    {
        var run = DeciderRun.Of("stages: [{ id: a, forEach: [1, 2], code: { name: x }, retry: { maxAttempts: 2, delay: 0s } }]")
            .HandOut().Fail("a[0]").HandOut().Fail("a[0]").Fail("a[1]");

        run.Is("failed", ("a[1]", "failed"));
    }

    [Fact]
    public void Fan_out_cut_short_by_a_failure_elsewhere_is_no_result_and_goes_on_when_retried()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, forEach: [1, 2, 3], maxParallel: 1, code: { name: x } }
              - { id: b, code: { name: x } }
            """).HandOut().Complete("a[0]", "10").HandOut().Fail("b").Complete("a[1]", "20");
        run.Is("failed", ("a", "cancelled"), ("a[0]", "completed"), ("a[2]", "skipped"));

        run.Retry().HandOut().Complete("b").Complete("a[2]", "30").Is("completed", ("a", "completed"));

        Assert.Equal("""[{"output":10,"status":"completed","error":null},{"output":20,"status":"completed","error":null},{"output":30,"status":"completed","error":null}]""", System.Text.Encoding.UTF8.GetString(run.Stage("a").Output!.Json.Span));
    }

    [Fact]
    public void Cancel_ends_an_execution_that_was_reopened_and_has_not_expanded_again()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x }, undo: { code: { name: u } } }
              - { id: b, forEach: "${{ stages.a.output }}", code: { name: x } }
            onFailure: rollback
            """).HandOut().Complete("a", "[1,2]").HandOut().Complete("b[0]").Fail("b[1]").HandOut().EndUndo("a").Is("failed");

        run.Retry().Cancel().Is("cancelled", ("b", "cancelled"));
    }

    [Fact]
    public void Next_instance_waits_when_the_one_before_could_not_start()
    {
        var run = DeciderRun.Of("""
            onFailure: continue
            stages: [{ id: a, forEach: ["x", "2026-11-20T12:01:00Z"], maxParallel: 1, wait: { until: "${{ item }}" } }]
            """).Advance(120);

        run.Is("failed", ("a[0]", "failed"), ("a[1]", "completed"));
    }

    [Fact]
    public void Instances_held_by_a_pause_start_when_it_ends_under_another_owner()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, needs: [a], forEach: [1, 2, 3], maxParallel: 1, wait: { for: 10s } }
            """).HandOut().Pause().Complete("a").Rebuild().Resume();

        Assert.Equal("waiting", run.StatusOf("b[0]"));
        run.Advance(40).Is("completed");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("12:00")]
    [InlineData("")]
    public void Wait_until_takes_moments_only(string moment) =>
        Assert.Equal("wait_invalid", DeciderRun.Of("inputs: { t: { type: string } }\nstages: [{ id: a, wait: { until: \"${{ inputs.t }}\" } }]", $$"""{"t":"{{moment}}"}""").ReasonOf("a"));

    [Fact]
    public void Wait_times_out_before_its_time_under_another_owner()
    {
        var run = DeciderRun.Of("stages: [{ id: a, wait: { for: 1h }, timeout: 10s }]").Rebuild().Advance(10);

        Assert.Equal("timeout", run.ReasonOf("a"));
    }

    [Theory]
    [InlineData(ExecutionStatus.Completed, "completed", null)]
    [InlineData(ExecutionStatus.Failed, "failed", "child_failed")]
    [InlineData(ExecutionStatus.Cancelled, "failed", "child_cancelled")]
    public void Child_passes_its_end_on(ExecutionStatus end, string status, string? reason)
    {
        var run = DeciderRun.Of("stages: [{ id: a, pipeline: { id: child, input: { n: 1 } } }]");
        var start = Assert.IsType<Core.Executions.Decisions.StartChild>(Assert.Single(run.Effects));
        Assert.Equal("""{"n":1}""", System.Text.Encoding.UTF8.GetString(start.Input.Span));
        Assert.Equal(start.Child, run.Rebuild().Log.Decider.OpenChildren().Single().Child);

        run.Child("a", end, "7");

        Assert.Equal((status, reason), (run.StatusOf("a"), run.ReasonOf("a")));
        run.Child("a", end);
        Assert.Equal("attempt_not_open", run.Answer.Code);
    }

    [Fact]
    public void Large_output_is_stored_apart_and_loaded_again_when_another_owner_needs_it()
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, needs: [a], code: { name: x } }
              - { id: c, needs: [b], when: "size(stages.a.output) == 60000", code: { name: x } }
            """).HandOut().Complete("a", "\"" + new string('x', 60_000) + "\"").Rebuild().HandOut().Complete("b");

        Assert.False(run.Stage("a").Output!.IsInline);
        Assert.Equal((1, "queued"), (run.Log.Loads, run.StatusOf("c")));
    }

    [Theory]
    [InlineData("""{"ref":"sha256:00","bytes":1,"preview":"x"}""")]
    [InlineData("""{"preview":null,"bytes":"many","ref":[[[1]]]}""")]
    public void Output_that_looks_like_a_reference_stays_what_it_is(string output)
    {
        var run = DeciderRun.Of("""
            stages:
              - { id: a, code: { name: x } }
              - { id: b, needs: [a], when: "has(stages.a.output.ref)", code: { name: x, input: "${{ stages.a.output }}" } }
              - { id: c, triggers: { all: [{ completed: b }, { event: go, where: has(event.ref) }] }, code: { name: x } }
            """).HandOut().Complete("a", output).Rebuild().HandOut().Event("go", output.Replace('1', '2')).Complete("b").HandOut().Complete("c");

        run.Is("completed");
    }

    [Fact]
    public void Fan_out_fails_when_its_outputs_are_too_large_together()
    {
        var run = DeciderRun.Of("stages: [{ id: a, forEach: [1, 2], code: { name: x } }]");
        var output = "\"" + new string('x', 6_000_000) + "\"";

        run.HandOut().Complete("a[0]", output).Complete("a[1]", output);

        Assert.Equal("output_too_large", run.ReasonOf("a"));
    }
}
