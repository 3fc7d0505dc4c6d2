using Sightglass.Core.Definitions;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>Executions of a concurrency group.</summary>
internal static class GroupScenarios
{
    private const string Copy = """
        id: copy
        inputs: { target: { type: string, default: eu } }
        concurrency: { group: "db-${{ inputs.target }}" }
        stages:
          - { id: copy, code: { name: copy } }
          - { id: check, type: data, needs: [copy], data: { value: "'checked'" } }
        """;

    private static readonly Guid Holder = new("019aa2aa-0000-7000-8000-000000000001");

    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        new("group-queue", QueueAsync),
        new("group-waiting", WaitingAsync),
    ];

    private static async Task QueueAsync(GoldenEngine engine)
    {
        engine.On("copy", 250, "7");
        await HoldAsync(engine);
        await engine.StartAsync(Copy, change: r => r with { Priority = StagePriority.High });
        engine.Clock.Advance(60_000);
        await GoldenEngine.AcceptedAsync(engine.Engine.CancelAsync(Holder));
        await engine.EndedAsync();
    }

    private static async Task WaitingAsync(GoldenEngine engine)
    {
        await HoldAsync(engine);
        await engine.StartAsync(Copy);
        engine.Clock.Advance(1000);
        await GoldenEngine.AcceptedAsync(engine.Engine.PauseAsync(engine.Id, "ann"));
        engine.Clock.Advance(1000);
        await GoldenEngine.AcceptedAsync(engine.Engine.ResumeAsync(engine.Id, "ann"));
    }

    private static Task HoldAsync(GoldenEngine engine) => engine.StartAsync(
        """
        id: hold
        concurrency: { group: db-eu }
        stages:
          - { id: hold, wait: { event: never } }
        """,
        change: r => r with { Id = Holder });
}
