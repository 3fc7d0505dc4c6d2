using Sightglass.Core.Tests.Executions.Golden;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>The engine still writes the logs of this version as their files hold them.</summary>
public sealed class GoldenScenarioTests
{
    public static TheoryData<string> Names => [.. GoldenScenario.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_writes_the_golden_log_when_the_scenario_is_played(string name)
    {
        var scenario = GoldenScenario.All.Single(s => s.Name == name);
        await using var engine = new GoldenEngine(name);
        await scenario.Play(engine);

        var log = await engine.ReadAsync(engine.Id);
        Settle(name, log);
        if (scenario.Child is { } stage) Settle(name + ".child", await engine.ReadAsync(log.Fold().Find(stage)!.Child!.Value));
    }

    private static void Settle(string name, GoldenLog log)
    {
        if (GoldenFiles.IsRewriting)
        {
            GoldenFiles.Write(name, log);
            return;
        }

        var path = Path.Combine(GoldenFiles.Logs, name + ".ndjson");
        Assert.True(File.Exists(path), $"There is no {path}: run the tests once with {GoldenFiles.Rewrite}=1.");
        var golden = GoldenFiles.Read(name);
        var written = log.EachLine().ToList();
        var expected = golden.EachLine().ToList();
        for (var i = 0; i < Math.Min(written.Count, expected.Count); i++)
        {
            if (written[i] != expected[i]) Assert.Fail($"{name}, line {i + 1}: the engine writes\n{Short(written[i])}\nand the golden log has\n{Short(expected[i])}\nIf the change is meant, see tests/contracts/README.md.");
        }

        Assert.Equal(expected.Count, written.Count);
        Assert.Equal(golden.Values.Keys, log.Values.Keys);
    }

    private static string Short(string line) => line.Length <= 1000 ? line : line[..1000] + "…";
}
