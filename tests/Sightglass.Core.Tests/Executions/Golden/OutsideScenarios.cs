using System.Text.Json;
using Xunit;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>What waits for people, other systems and the clock.</summary>
internal static class OutsideScenarios
{
    private const int Hour = 3_600_000;

    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        new("approval-granted", GrantedAsync),
        new("approval-rejected", RejectedAsync),
        new("approval-timeout", TimeoutAsync),
        new("custom-event", EventAsync),
        new("timers", TimersAsync),
        new("trigger-deadlines", DeadlinesAsync),
        new("trigger-branches", BranchesAsync),
    ];

    private static async Task GrantedAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: release
            inputs: { version: { type: string, default: "1.4" } }
            stages:
              - { id: build, type: data, data: { value: "'built'" } }
              - id: publish
                type: data
                data: { value: "'published'" }
                triggers: { all: [ { completed: build }, { approval: { by: [operator, ann], timeout: 1h, message: "Publish ${{ inputs.version }}?" } } ] }
              - { id: sign, needs: [publish], wait: { approval: { message: "Sign ${{ inputs.version }}?" } } }
            """);
        await engine.SeenAsync("stage.waiting", "publish");
        engine.Clock.Advance(90_000);
        await GoldenEngine.AcceptedAsync(engine.Engine.AnswerAsync(engine.Id, "publish", true, "ann", "Looks \"fine\" – go"));
        await engine.SeenAsync("stage.waiting", "sign");
        engine.Clock.Advance(1000);
        await GoldenEngine.AcceptedAsync(engine.Engine.AnswerAsync(engine.Id, "sign", true, "bob"));
        await engine.EndedAsync();
    }

    private static async Task RejectedAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: release
            onFailure: continue
            stages:
              - { id: publish, type: data, data: { value: "1" }, triggers: { approval: { by: [operator] } } }
              - { id: announce, type: data, needs: [publish], data: { value: "1" } }
              - { id: sign, wait: { approval: { by: [bob] } } }
            """);
        await engine.SeenAsync("stage.waiting", "sign");
        engine.Clock.Advance(5000);
        await GoldenEngine.AcceptedAsync(engine.Engine.AnswerAsync(engine.Id, "publish", false, "ann", "not today"));
        engine.Clock.Advance(5000);
        await GoldenEngine.AcceptedAsync(engine.Engine.AnswerAsync(engine.Id, "sign", false, "bob"));
        await engine.EndedAsync();
    }

    private static async Task TimeoutAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: release
            onFailure: continue
            stages:
              - { id: lenient, type: data, data: { value: "1" }, triggers: { approval: { timeout: 1h, onTimeout: approve } } }
              - { id: strict, type: data, data: { value: "1" }, triggers: { approval: { timeout: 2h } } }
              - { id: sign, wait: { approval: { timeout: 3h, onTimeout: reject } } }
            """);
        await engine.SeenAsync("stage.waiting", "sign");
        await engine.Clock.AdvanceToDueAsync(Hour);
        await engine.SeenAsync("stage.completed", "lenient");
        await engine.Clock.AdvanceToDueAsync(Hour);
        await engine.SeenAsync("stage.failed", "strict");
        await engine.Clock.AdvanceToDueAsync(Hour);
        await engine.EndedAsync();
    }

    private static async Task EventAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: on-release
            stages:
              - { id: deploy, type: data, data: { value: stage.event.branch }, triggers: { event: release.ready, where: "event.branch == 'main'" } }
              - { id: verified, needs: [deploy], wait: { event: release.verified, where: "event.ok && event.count > 1" } }
              - { id: report, type: data, needs: [verified], data: { value: "stages.verified.output.event.by + ' verified ' + stages.deploy.output" } }
            """);
        await engine.SeenAsync("stage.waiting", "deploy");
        foreach (var (type, data, matches) in new[]
        {
            ("release.ready", """{"branch":"dev"}""", 0),
            ("release.ready", """{"branch":"main","build":{"n":7,"tags":["a","ü"]}}""", 1),
            ("release.verified", """{"ok":true}""", 0),
            ("release.verified", """{"ok":true,"count":2,"by":"qa"}""", 1),
        })
        {
            if (type == "release.verified") await engine.SeenAsync("stage.waiting", "verified");
            engine.Clock.Advance(1000);
            Assert.Equal(matches, (await engine.Engine.EmitAsync(type, JsonDocument.Parse(data).RootElement)).Count);
        }

        await engine.EndedAsync();
    }

    private static async Task TimersAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: tomorrow
            stages:
              - { id: nap, wait: { for: 10s } }
              - { id: until, needs: [nap], wait: { until: "2026-11-20T18:00:00.1234567+00:00" } }
              - { id: later, type: data, data: { value: "'late'" }, triggers: { all: [ { completed: until }, { timer: 1m30s } ] } }
              - { id: moment, needs: [later], wait: { until: "${{ stages.later.output }}" } }
            """);
        await engine.SeenAsync("stage.waiting", "nap");
        await engine.Clock.AdvanceToDueAsync(10_000);
        await engine.SeenAsync("stage.waiting", "until");
        await engine.Clock.AdvanceToDueAsync(Hour);
        await engine.SeenAsync("stage.waiting", "later");
        await engine.Clock.AdvanceToDueAsync(90_000);
        await engine.EndedAsync();
    }

    private static async Task DeadlinesAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: deadlines
            onFailure: continue
            stages:
              - { id: build, type: data, data: { value: "1" } }
              - { id: strict, type: data, data: { value: "1" }, triggers: { all: [ { completed: build }, { event: release.ready, timeout: 1h } ] } }
              - { id: lenient, type: data, data: { value: "1" }, triggers: { event: release.ready, timeout: 2h, onTimeout: proceed } }
              - { id: modest, type: data, data: { value: "1" }, triggers: { any: [ { event: release.ready }, { approval: { by: [ann] } } ], timeout: 3h, onTimeout: skip } }
            """);
        await engine.SeenAsync("stage.waiting", "modest");
        await engine.SeenAsync("stage.waiting", "strict");
        await engine.Clock.AdvanceToDueAsync(Hour);
        await engine.SeenAsync("stage.failed", "strict");
        await engine.Clock.AdvanceToDueAsync(Hour);
        await engine.SeenAsync("stage.completed", "lenient");
        await engine.Clock.AdvanceToDueAsync(Hour);
        await engine.EndedAsync();
    }

    private static async Task BranchesAsync(GoldenEngine engine)
    {
        await engine.StartAsync("""
            id: branches
            stages:
              - id: deploy
                type: data
                data: { value: "'deployed'" }
                triggers:
                  all:
                    - any: [ { event: release.ready, timeout: 1h, onTimeout: skip }, { approval: { by: [operator] } }, { timer: 2h } ]
                    - when: "true"
                    - any: [ { approval: { by: [ann], message: Deploy? } }, { all: [ { event: window.open }, { event: window.checked } ] } ]
            """);
        await engine.SeenAsync("stage.waiting", "deploy");
        engine.Clock.Advance(1000);
        Assert.Single(await engine.Engine.EmitAsync("release.ready", JsonDocument.Parse("""{"branch":"main"}""").RootElement));
        engine.Clock.Advance(1000);
        Assert.Single(await engine.Engine.EmitAsync("window.open", JsonDocument.Parse("{}").RootElement));
        await GoldenEngine.AcceptedAsync(engine.Engine.AnswerAsync(engine.Id, "deploy", true, "ann"));
        await engine.EndedAsync();
    }
}
