namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>What the engine is made to do, and the name of the log that it leaves.</summary>
/// <param name="Name">Name of the log's file.</param>
/// <param name="Play">Plays it to the end.</param>
/// <param name="Child">The stage whose child execution's log is kept, too, as <c>NAME.child</c>.</param>
internal sealed record GoldenScenario(string Name, Func<GoldenEngine, Task> Play, string? Child = null)
{
    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        .. FlowScenarios.All,
        .. OutsideScenarios.All,
        .. GroupScenarios.All,
        .. FailureScenarios.All,
        .. PeopleScenarios.All,
        .. ReportScenarios.All,
    ];
}
