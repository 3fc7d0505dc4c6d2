using Sightglass.Cli.Tests.Processes;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Cli.Tests.Commands;

/// <summary>The samples, run as their reader would run them.</summary>
public sealed class SampleTests : IDisposable
{
    private static readonly string Samples = Path.Combine(RepositoryFiles.Root, "samples");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_sample_is_valid()
    {
        var result = (await CliProcess.RunAsync(_folder.Path, "validate", Samples)).Exits(0);
        foreach (var file in Directory.GetFiles(Samples, "*.yaml")) Assert.Contains(Path.GetFileName(file) + ": valid", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code-census.yaml", "\"project\": \"Sightglass.Core\"")]
    [InlineData("flaky-fan-out.yaml", "\"shipped\":4", "--set", "parcels=4")]
    [InlineData("nested-report.yaml", "LISBON is a long name", "--set", "cities=[\"Lisbon\",\"Oslo\"]")]
    [InlineData("city-report.yaml", "Rome is a short name", "--input", "Rome")]
    [InlineData("prompt-optimizer.yaml", "The prompt now names its audience")]
    public async Task Sample_completes_with_its_result(string file, string expected, params string[] more)
    {
        var result = (await CliProcess.RunAsync(_folder.Path, ["run", Path.Combine(Samples, file), "--plain", .. more])).Exits(0);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_waits_for_a_person_and_takes_the_build_back_when_they_refuse()
    {
        await using var run = CliProcess.Start(_folder.Path, "run", Path.Combine(Samples, "release-approval.yaml"), "--plain");
        await run.WaitForAsync("sightglass approve");

        (await CliProcess.RunAsync(_folder.Path, "reject", "last", "publish", "--comment", "not today")).Exits(0);

        var result = (await run.EndAsync()).Exits(1);
        Assert.Contains("removing demo-1.4.0.tar.gz", result.Output, StringComparison.Ordinal);
    }
}
