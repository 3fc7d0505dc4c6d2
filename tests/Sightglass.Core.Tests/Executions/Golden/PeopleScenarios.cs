using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>What people do to an execution while it runs.</summary>
internal static class PeopleScenarios
{
    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        new("cancel", CancelAsync),
        new("cancel-unreachable", UnreachableAsync),
        new("pause-resume", PauseAsync),
        new("breakpoints", BreakpointsAsync),
        new("still-running", StillRunningAsync),
    ];

    private static async Task CancelAsync(GoldenEngine engine)
    {
        engine.On("train", async (_, token) =>
        {
            await Waits.UntilStopped(token);
            return StageResult.Cancelled();
        });
        engine.On("ready", 10, "1");
        await engine.StartAsync("""
            id: training
            stages:
              - { id: ready, code: { name: ready } }
              - { id: train, needs: [ready], forEach: [small, large], maxParallel: 1, code: { name: train } }
              - { id: wait, needs: [ready], wait: { for: 1h } }
              - { id: after, type: data, needs: [train], data: { value: "1" } }
            """);
        await engine.RunsAsync("train[0]");
        await engine.SeenAsync("stage.waiting", "wait");
        engine.Clock.Advance(4000);
        await GoldenEngine.AcceptedAsync(engine.Engine.CancelAsync(engine.Id, "ann", "wrong data"));
        await engine.EndedAsync();
    }

    private static async Task UnreachableAsync(GoldenEngine engine)
    {
        engine.On("deaf", async (_, _) =>
        {
            await engine.GateAsync("never");
            return ScriptedStage.Done("\"too late\"");
        });
        await engine.StartAsync("""
            id: deaf
            stages:
              - { id: deaf, code: { name: deaf } }
            """);
        await engine.SeenAsync("stage.started", "deaf");
        await GoldenEngine.AcceptedAsync(engine.Engine.CancelAsync(engine.Id));
        await engine.Clock.AdvanceToDueAsync(15_000);
        await engine.EndedAsync();
    }

    private static async Task PauseAsync(GoldenEngine engine)
    {
        engine.On("first", async (_, _) =>
        {
            await engine.GateAsync("first");
            return ScriptedStage.Done("1");
        });
        await engine.StartAsync("""
            id: hold
            stages:
              - { id: first, code: { name: first } }
              - { id: second, type: data, needs: [first], data: { value: "2" } }
              - { id: nap, needs: [first], wait: { for: 1s } }
            """);
        await engine.RunsAsync("first");
        await GoldenEngine.AcceptedAsync(engine.Engine.PauseAsync(engine.Id, "ann", "lunch"));
        engine.Clock.Advance(100);
        engine.Open("first");
        await engine.SeenAsync("stage.queued", "second");
        engine.Clock.Advance(1_800_000);
        await GoldenEngine.AcceptedAsync(engine.Engine.ResumeAsync(engine.Id, "ann"));
        await engine.SeenAsync("stage.waiting", "nap");
        await engine.SeenAsync("stage.completed", "second");
        await engine.Clock.AdvanceToDueAsync(1000);
        await engine.EndedAsync();
    }

    private static async Task BreakpointsAsync(GoldenEngine engine)
    {
        engine.On("plan", async (_, _) =>
        {
            await engine.GateAsync("plan");
            return ScriptedStage.Done("1");
        });
        engine.On("build", 20, "2");
        await engine.StartAsync("""
            id: debugged
            stages:
              - { id: plan, code: { name: plan } }
              - { id: build, needs: [plan], forEach: [linux, mac], maxParallel: 1, code: { name: build } }
              - { id: settle, needs: [build], wait: { for: 1s } }
              - { id: ship, type: data, needs: [settle], data: { value: "3" } }
            """, change: r => r with { Breakpoints = ["ship", "build"] });
        await engine.RunsAsync("plan");
        await GoldenEngine.AcceptedAsync(engine.Engine.ClearBreakpointAsync(engine.Id, "ship", "bob"));
        engine.Clock.Advance(100);
        engine.Open("plan");
        await engine.SeenAsync("debug.paused", "build[0]");
        engine.Clock.Advance(60_000);
        await GoldenEngine.AcceptedAsync(engine.Engine.ResumeAsync(engine.Id, "ann"));
        await engine.SeenAsync("debug.paused", "build[1]");
        await GoldenEngine.AcceptedAsync(engine.Engine.StepAsync(engine.Id, "ann"));
        await engine.SeenAsync("debug.paused", "settle");
        await GoldenEngine.AcceptedAsync(engine.Engine.SetBreakpointAsync(engine.Id, "ship", "ann"));
        await GoldenEngine.AcceptedAsync(engine.Engine.ResumeAsync(engine.Id, "ann"));
        await engine.SeenAsync("stage.waiting", "settle");
        await engine.Clock.AdvanceToDueAsync(1000);
        await engine.SeenAsync("debug.paused", "ship");
    }

    // A log need not have ended to be read.
    private static async Task StillRunningAsync(GoldenEngine engine)
    {
        engine.On("work", async (_, _) =>
        {
            await engine.GateAsync("never");
            return ScriptedStage.Done("1");
        });
        await engine.StartAsync("""
            id: in-the-middle
            stages:
              - { id: done, type: data, data: { value: "1" } }
              - { id: work, needs: [done], code: { name: work } }
              - { id: ask, type: data, needs: [done], data: { value: "1" }, triggers: { approval: { by: [ann], timeout: 1d, message: Go on? } } }
              - { id: wait, needs: [done], wait: { event: release.ready } }
              - { id: last, type: data, needs: [work, ask, wait], data: { value: "1" } }
            """);
        await engine.SeenAsync("stage.waiting", "wait");
        await engine.SeenAsync("stage.waiting", "ask");
        await engine.SeenAsync("stage.started", "work");
    }
}
