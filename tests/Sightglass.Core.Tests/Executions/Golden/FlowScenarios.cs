using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>How stages follow each other.</summary>
internal static class FlowScenarios
{
    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        new("success-chain", ChainAsync),
        new("parallel-join", ParallelAsync),
        new("for-each", ForEachAsync),
        new("repeat", RepeatAsync),
        new("branch-and-skips", BranchAsync),
        new("early-exit", EarlyExitAsync),
        new("child-pipeline", ChildAsync, Child: "improve"),
        new("large-values", LargeValuesAsync),
        new("large-plan", LargePlanAsync),
    ];

    private static async Task ChainAsync(GoldenEngine engine)
    {
        engine.On("restructure", 1500, """{"sections":["goal","context"],"words":42}""");
        await engine.StartAsync(
            """
            id: prompt-tuner
            name: Prompt Tuner
            version: 3
            inputs: { prompt: { type: string, required: true }, strict: { type: boolean, default: true } }
            stages:
              - { id: read, type: data, data: { value: "{'prompt': inputs.prompt, 'region': env.REGION}" } }
              - { id: restructure, name: Restructure Prompt, needs: [read], priority: urgent, code: { name: restructure, input: { text: "${{ stages.read.output.prompt }}" } } }
              - { id: publish, type: data, needs: [restructure], data: { pick: { sections: stages.restructure.output.sections, strict: inputs.strict } } }
            """,
            """{"prompt":"Explain tides to a child."}""",
            r => r with { Priority = StagePriority.High, RequestedBy = "ann", ExternalId = "ticket-77", Labels = new Dictionary<string, string> { ["team"] = "docs", ["run"] = "nightly" } });
        await engine.EndedAsync();
    }

    private static async Task ParallelAsync(GoldenEngine engine)
    {
        foreach (var name in new[] { "left", "right" })
        {
            engine.On(name, async (_, _) =>
            {
                await engine.GateAsync(name);
                return ScriptedStage.Done($"\"{name} side\"");
            });
        }

        await engine.StartAsync(
            """
            id: diamond
            stages:
              - { id: start, type: data, data: { value: "1" } }
              - { id: left, needs: [start], code: { name: left } }
              - { id: right, needs: [start], code: { name: right } }
              - { id: join, type: data, needs: [left, right], data: { value: "stages.left.output + ' and ' + stages.right.output" } }
              - { id: note, type: data, needs: [right], data: { value: "'noted'" } }
            """);
        await engine.RunsAsync("left");
        await engine.RunsAsync("right");
        engine.Clock.Advance(250);
        engine.Open("right");
        await engine.SeenAsync("stage.completed", "note");
        engine.Clock.Advance(500);
        engine.Open("left");
        await engine.EndedAsync();
    }

    private static async Task ForEachAsync(GoldenEngine engine)
    {
        engine.On("square", (run, _) =>
        {
            engine.Clock.Advance(10);
            var item = run.Input.GetProperty("input").GetInt32();
            return Task.FromResult(ScriptedStage.Done($"{item * item}"));
        });
        await engine.StartAsync("""
            id: squares
            stages:
              - { id: numbers, type: data, data: { value: "[3, 4, 5]" } }
              - { id: square, forEach: "${{ stages.numbers.output }}", maxParallel: 1, code: { name: square, input: "${{ item }}" } }
              - { id: none, type: data, forEach: [], data: { value: "item" } }
              - { id: sum, type: data, data: { value: "{'squares': stages.square.output.map(r, r.output), 'none': stages.none.output}" } }
            """);
        await engine.EndedAsync();
    }

    private static async Task RepeatAsync(GoldenEngine engine)
    {
        var drafts = 0;
        engine.On("draft", (_, _) =>
        {
            engine.Clock.Advance(100);
            return Task.FromResult(ScriptedStage.Done($$"""{"score":{{++drafts * 30}}}"""));
        });
        engine.On("poll", 5, """{"ready":false}""");
        await engine.StartAsync("""
            id: polish
            stages:
              - { id: draft, code: { name: draft }, repeat: { until: output.score >= 90, maxTimes: 5, delay: 2s } }
              - { id: poll, needs: [draft], code: { name: poll }, repeat: { until: output.ready, maxTimes: 2 } }
            """);
        for (var iteration = 1; iteration <= 2; iteration++)
        {
            await engine.SeenAsync("stage.completed", "draft", iteration);
            await engine.Clock.AdvanceToDueAsync(2000);
        }

        await engine.EndedAsync();
    }

    private static async Task BranchAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: choose-a-side
            inputs: { size: { type: integer, required: true } }
            stages:
              - { id: choose, type: branch, when: inputs.size > 10, then: large, else: small }
              - { id: large, type: data, data: { value: "'large'" } }
              - { id: after-large, type: data, needs: [large], data: { value: "1" } }
              - { id: small, type: data, data: { value: "'small'" } }
              - { id: never, type: data, needs: [small], when: inputs.size > 100, data: { value: "1" } }
              - { id: on-failure, type: data, triggers: { failed: small }, data: { value: "1" } }
              - { id: join, type: data, needs: [after-large, small], data: { value: "'joined'" } }
            """, """{"size":3}""");
        await engine.EndedAsync();
    }

    private static async Task EarlyExitAsync(GoldenEngine engine)
    {
        engine.On("slow", async (_, token) =>
        {
            await Waits.UntilStopped(token);
            return StageResult.Cancelled();
        });
        engine.On("analyze", async (_, _) =>
        {
            await engine.RunsAsync("slow");
            engine.Clock.Advance(300);
            return ScriptedStage.Done("""{"overall":"COMPLETE"}""");
        });
        await engine.StartAsync("""
            id: nothing-to-do
            stages:
              - { id: slow, code: { name: slow } }
              - { id: analyze, code: { name: analyze } }
              - { id: done, type: branch, needs: [analyze], when: stages.analyze.output.overall == 'COMPLETE', then: finish, else: rewrite }
              - { id: rewrite, type: data, data: { value: "1" } }
              - { id: after, type: data, needs: [slow, rewrite], data: { value: "1" } }
            """);
        await engine.EndedAsync();
    }

    private static async Task ChildAsync(GoldenEngine engine)
    {
        engine.On("work", 700, """{"text":"better"}""");
        engine.With("""
            id: improve
            name: Improve
            inputs: { text: { type: string, required: true } }
            stages:
              - { id: work, code: { name: work, input: "${{ inputs.text }}" } }
            """);
        engine.With("""
            id: break
            stages:
              - { id: check, type: data, when: "1 + 1", data: { value: "1" } }
            """);
        await engine.StartAsync("""
            id: parent
            onFailure: continue
            stages:
              - { id: improve, pipeline: { id: improve, input: { text: good } } }
              - { id: break, needs: [improve], pipeline: { id: break } }
              - { id: after, type: data, data: { value: stages.improve.output.text }, triggers: { ended: break } }
            """, change: r => r with { RequestedBy = "ann" });
        await engine.EndedAsync();
    }

    private static async Task LargeValuesAsync(GoldenEngine engine)
    {
        var letters = string.Concat(Enumerable.Repeat("äbc ", 9_900));
        engine.On("write", 20, $$"""{"text":"{{letters}}","words":9900}""");
        await engine.StartAsync(
            """
            id: long-texts
            inputs: { text: { type: string } }
            stages:
              - { id: write, code: { name: write, input: "${{ size(inputs.text) }}" } }
              - { id: count, type: data, data: { value: "{'words': stages.write.output.words, 'same': inputs.text == stages.write.output.text}" } }
            """,
            $$"""{"text":"{{letters}}"}""");
        await engine.EndedAsync();
    }

    // A plan that does not fit into execution.created is stored, and whoever folds needs it.
    private static async Task LargePlanAsync(GoldenEngine engine)
    {
        var others = Enumerable.Range(2, 10).Select(i => $"""  - {"{"} id: s{i}, type: data, needs: [first], when: "false", name: "{string.Concat(Enumerable.Repeat($"Stage {i} – ", 420))}", data: {"{"} value: "{i}" {"}"} {"}"}""");
        await engine.StartAsync($"id: many-words\nstages:\n  - {{ id: first, type: data, data: {{ value: \"1\" }} }}\n{string.Join('\n', others)}\n");
        await engine.EndedAsync();
    }
}
