using System.Globalization;
using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Kills;

/// <summary>A stage that never stops printing.</summary>
public sealed class FloodTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Output_beyond_its_limit_is_read_and_dropped_with_a_word_about_it_and_memory_stays_flat()
    {
        const long Printed = 10_000_000_000;
        const long Kept = 5_000_000;

        // What is dropped is printed by the quickest there is: the log sees none of it.
        _folder.Write("flood.yaml", string.Create(CultureInfo.InvariantCulture, $"""
            stages:
              - id: flood
                type: shell
                output: {"{"} maxBytes: {Kept} {"}"}
                shell: {"{"} run: "head -c {Kept} /dev/zero | tr '\\0' 'x'; head -c {Printed - Kept} /dev/zero" {"}"}
              - id: hold
                type: shell
                needs: [flood]
                shell: {"{"} run: "echo holding; while [ ! -e go ]; do sleep 0.05; done" {"}"}
            """));
        await using var run = CliProcess.Start(_folder.Path, "run", "flood.yaml", "--json");
        await run.WaitForAsync("\"text\":\"holding");
        var peak = File.ReadLines($"/proc/{run.Id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1];
        _folder.Write("go", "");
        var events = (await run.EndAsync()).Exits(0).Lines.Select(l => JsonElement.Parse(l)).Where(e => e.TryGetProperty("stage", out var stage) && stage.GetString() == "flood").ToList();

        Assert.Equal(Kept, events.Where(e => e.GetProperty("type").GetString() == "stage.output").Sum(e => (long)e.GetProperty("data").GetProperty("text").GetString()!.Length));
        var words = events.Where(e => e.GetProperty("type").GetString() == "stage.log").Select(e => e.GetProperty("data").GetProperty("message").GetString()!).ToList();
        Assert.Equal(
            [$"Output has come to its limit of {Kept} bytes; what is printed from here on is dropped.", $"Output was truncated at {Kept} bytes; {Printed - Kept} more bytes were dropped."],
            words);
        Assert.True(long.Parse(peak, CultureInfo.InvariantCulture) < 350_000, $"It had {peak} kB.");
    }
}
