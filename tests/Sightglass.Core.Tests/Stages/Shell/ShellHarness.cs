using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Shell;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Shell;

/// <summary>Runs shell stages as the engine does.</summary>
internal static class ShellHarness
{
    public static string Script(string run, object? more = null)
    {
        var body = more is null ? [] : JsonSerializer.SerializeToElement(more).EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        body["run"] = JsonSerializer.SerializeToElement(run);
        return JsonSerializer.Serialize(body);
    }

    public static Task<StageResult> RunAsync(
        string body,
        RecordedOutput? output = null,
        string? format = null,
        TimeSpan? grace = null,
        IEnumerable<string>? secrets = null,
        ShellStageOptions? options = null,
        string? folder = null,
        CancellationTokenSource? stop = null,
        TimeProvider? time = null)
    {
        var definition = new StageDefinition { Id = "check", Output = format is null ? null : new OutputDefinition { Format = format } };
        return new ShellStage(options).RunAsync(SomeRun.Of(body, output, definition, folder: folder, grace: grace, secrets: secrets, time: time), stop?.Token ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Says whether a process runs; one that has ended and waits to be collected does not.</summary>
    public static bool IsAlive(int pid) => ProcTable.ReadOne(pid) is { IsDead: false };

    /// <summary>Waits for something that tells nobody when it comes about.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var from = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(from) < TimeSpan.FromMinutes(1), "It did not come about.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for a file that a process writes in one go.</summary>
    public static async Task<string> FileAsync(string path)
    {
        await UntilAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'));
        return File.ReadAllText(path).Trim();
    }

    public static int Pid(string text) => int.Parse(text.Trim(), System.Globalization.CultureInfo.InvariantCulture);
}
