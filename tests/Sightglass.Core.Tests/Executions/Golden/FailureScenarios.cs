using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>What fails, and what then.</summary>
internal static class FailureScenarios
{
    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        new("retries", RetriesAsync),
        new("retries-exhausted", ExhaustedAsync),
        new("for-each-failing", ForEachAsync),
        new("stage-timeout", TimeoutAsync),
        new("expression-errors", ExpressionsAsync),
        new("failure-handler", HandlerAsync),
        new("rollback", RollbackAsync),
        new("second-turn", SecondTurnAsync),
        new("lost-attempt", LostAsync),
        new("lost-stage", LostStageAsync),
    ];

    private static async Task RetriesAsync(GoldenEngine engine)
    {
        var calls = 0;
        engine.On("flaky", (_, _) =>
        {
            engine.Clock.Advance(40);
            return Task.FromResult(++calls < 3
                ? StageResult.Failed("exit_code", "exited with 1", "connection refused\n") with
                {
                    Output = """{"exitCode":1,"stdout":"","stderr":"connection refused\n"}"""u8.ToArray(),
                    Resources = new ResourceUsage(12.5, 4_194_304, 31.25),
                }
                : ScriptedStage.Done("""{"exitCode":0,"stdout":"ok\n","stderr":""}""") with { Resources = new ResourceUsage(10, 4_194_304, 25) });
        });
        await engine.StartAsync("""
            id: flaky
            stages:
              - { id: flaky, shell: { run: ./flaky.sh }, retry: { maxAttempts: 3, delay: 1s, backoff: 2 } }
            """);
        await engine.SeenAsync("stage.failed", "flaky", 1);
        await engine.Clock.AdvanceToDueAsync(750);
        await engine.SeenAsync("stage.failed", "flaky", 2);
        await engine.Clock.AdvanceToDueAsync(1500);
        await engine.EndedAsync();
    }

    private static async Task ExhaustedAsync(GoldenEngine engine)
    {
        engine.OnFailing("broken", 15, "code_failed", "It is broken.");
        await engine.StartAsync("""
            id: broken
            stages:
              - { id: broken, code: { name: broken }, retry: { maxAttempts: 2, delay: 0s } }
              - { id: after, type: data, needs: [broken], data: { value: "1" } }
            """);
        await engine.EndedAsync();
    }

    private static async Task ForEachAsync(GoldenEngine engine)
    {
        engine.On("part", (run, _) =>
        {
            engine.Clock.Advance(10);
            var item = run.Input.GetProperty("input").GetString();
            return Task.FromResult(item == "b" ? StageResult.Failed("code_failed", "No such part: b") : ScriptedStage.Done($"\"{item} done\""));
        });
        await engine.StartAsync("""
            id: parts
            onFailure: continue
            stages:
              - { id: part, forEach: [a, b, c], maxParallel: 1, code: { name: part, input: "${{ item }}" } }
              - { id: after, type: data, needs: [part], data: { value: "1" } }
              - { id: rest, type: data, data: { value: "stages.part.output.filter(r, r.status == 'completed').size()" }, triggers: { ended: part } }
            """);
        await engine.EndedAsync();
    }

    private static async Task TimeoutAsync(GoldenEngine engine)
    {
        engine.On("slow", async (_, token) =>
        {
            await Waits.UntilStopped(token);
            return StageResult.Cancelled();
        });
        await engine.StartAsync("""
            id: slow
            onFailure: continue
            stages:
              - { id: slow, code: { name: slow }, timeout: 30s }
              - { id: event, wait: { event: never }, timeout: 1m }
            """);
        await engine.SeenAsync("stage.waiting", "event");
        await engine.RunsAsync("slow");
        await engine.Clock.AdvanceToDueAsync(30_000);
        await engine.SeenAsync("stage.failed", "slow");
        await engine.Clock.AdvanceToDueAsync(30_000);
        await engine.EndedAsync();
    }

    private static async Task ExpressionsAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: wrong-names
            onFailure: continue
            inputs: { n: { type: integer, default: 0 } }
            stages:
              - { id: source, type: data, data: { value: "{'list': [1, 2], 'text': 'x'}" } }
              - { id: body, type: data, data: { value: "10 / inputs.n" } }
              - { id: condition, type: data, needs: [source], when: stages.source.output.text, data: { value: "1" } }
              - { id: items, type: data, needs: [source], forEach: "${{ stages.source.output.text }}", data: { value: "1" } }
              - { id: missing, type: data, needs: [source], data: { value: stages.source.output.absent.field } }
              - { id: moment, needs: [source], wait: { until: "${{ stages.source.output.text }}" } }
            """);
        await engine.EndedAsync();
    }

    private static async Task HandlerAsync(GoldenEngine engine)
    {
        engine.OnFailing("deploy", 100, "exit_code", "exited with 2");
        await engine.StartAsync("""
            id: with-handler
            stages:
              - { id: deploy, shell: { run: ./deploy.sh } }
              - { id: check, type: data, needs: [deploy], data: { value: "1" } }
              - { id: alarm, type: data, data: { value: "'because ' + stages.deploy.error.message" }, triggers: { failed: deploy } }
              - { id: always, type: data, data: { value: stages.check.status }, triggers: { all: [ { ended: check }, { ended: alarm }, { when: "stages.deploy.status == 'failed'" } ] } }
            """);
        await engine.EndedAsync();
    }

    private static async Task RollbackAsync(GoldenEngine engine)
    {
        engine.On("reserve", 10, """{"id":"r-1"}""").On("reserve.undo", 5, "null");
        engine.On("charge", 10, """{"id":"c-1"}""").OnFailing("charge.undo", 5, "exit_code", "exited with 1", "refund refused");
        engine.On("note", 10, "null");
        engine.OnFailing("ship", 10, "code_failed", "No carrier.");
        await engine.StartAsync("""
            id: order
            onFailure: rollback
            stages:
              - { id: reserve, code: { name: reserve }, undo: { code: { name: release, input: "${{ stages.reserve.output.id }}" } } }
              - { id: charge, needs: [reserve], code: { name: charge }, undo: { shell: { run: ./refund.sh, env: { CHARGE: "${{ stages.charge.output.id }}" } } } }
              - { id: note, needs: [charge], code: { name: note } }
              - { id: ship, needs: [note], code: { name: ship } }
              - { id: mail, type: data, needs: [ship], data: { value: "1" } }
            """);
        await engine.EndedAsync();
    }

    private static async Task SecondTurnAsync(GoldenEngine engine)
    {
        engine.On("first", 10, "1");
        engine.OnFailing("maybe", 10, "code_failed", "not yet");
        await engine.StartAsync("""
            id: again
            stages:
              - { id: first, code: { name: first } }
              - { id: maybe, needs: [first], code: { name: maybe } }
              - { id: last, type: data, needs: [maybe], data: { value: stages.maybe.output } }
            """);
        await engine.EndedAsync();
        engine.Clock.Advance(60_000);
        engine.On("maybe", 10, "\"fine\"");
        await GoldenEngine.AcceptedAsync(engine.Engine.RetryAsync(engine.Id, "ann"));
        await engine.SeenAsync("execution.completed");
    }

    private static async Task LostAsync(GoldenEngine engine)
    {
        engine.On("work", async (_, _) =>
        {
            await engine.GateAsync("never");
            return ScriptedStage.Done("\"too late\"");
        });
        await engine.StartAsync("""
            id: lost
            stages:
              - { id: work, code: { name: work } }
            """);
        await engine.SeenAsync("stage.started", "work");
        engine.Clock.Advance(20_000);
        await using var second = engine.Second();
        second.On("work", 50, "\"done by another\"");
        await second.Engine.RecoverAsync();
        await second.SeenAsync("execution.completed");
    }

    private static async Task LostStageAsync(GoldenEngine engine)
    {
        engine.On("work", async (_, _) =>
        {
            await engine.GateAsync("never");
            return ScriptedStage.Done("\"too late\"");
        });
        await engine.StartAsync("""
            id: lost-for-good
            stages:
              - { id: work, onLost: fail, code: { name: work } }
            """);
        await engine.SeenAsync("stage.started", "work");
        engine.Clock.Advance(20_000);
        await using var second = engine.Second();
        await second.Engine.RecoverAsync();
        await second.SeenAsync("execution.failed");
    }
}
