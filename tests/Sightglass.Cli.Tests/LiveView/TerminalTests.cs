using System.Diagnostics;
using System.Text.RegularExpressions;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.LiveView;

public sealed partial class TerminalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task In_a_terminal_the_tree_is_drawn_on_a_screen_of_its_own_and_left_whole()
    {
        _folder.Write("slow.yaml", """
            name: Slow one
            stages:
              - id: a
                name: First
                type: shell
                shell:
                  run: |
                    printf 'one\ntwo \033[31mred\033[0m \033]0;title\007\n'
                    sleep 1
              - { id: b, name: Second, needs: [a], type: data, data: { value: "'the result'" } }
            """);
        var output = await InTerminalAsync($"stty rows 12 cols 50; dotnet '{CliProcess.Program}' run slow.yaml; echo exit $?");
        var enter = output.IndexOf("\e[?1049h", StringComparison.Ordinal);
        var leave = output.LastIndexOf("\e[?1049l", StringComparison.Ordinal);
        Assert.True(enter >= 0 && leave > enter, output);
        Assert.DoesNotContain("title", output, StringComparison.Ordinal);

        // Each frame is one write between the marks of a synchronised update.
        var frames = FramePattern().Matches(output[enter..leave]);
        Assert.NotEmpty(frames);
        foreach (Match frame in frames) Assert.InRange(frame.Value.Split("\r\n").Length, 1, 12);
        Assert.Contains(frames, f => f.Value.Contains("running", StringComparison.Ordinal) && f.Value.Contains("two", StringComparison.Ordinal));

        var rest = output[leave..];
        Assert.Contains("First", rest, StringComparison.Ordinal);
        Assert.Contains("Second", rest, StringComparison.Ordinal);
        Assert.Contains("Result: the result", rest, StringComparison.Ordinal);
        Assert.Contains("exit 0", rest, StringComparison.Ordinal);
        Assert.Contains("\e[?25h", output, StringComparison.Ordinal);
    }

    private async Task<string> InTerminalAsync(string command)
    {
        var start = new ProcessStartInfo("script", ["-qec", command, "/dev/null"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        start.Environment.Remove("SIGHTGLASS_DATA");
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await process.StandardOutput.ReadToEndAsync(limit.Token);
    }

    [GeneratedRegex(@"\x1b\[\?2026h.*?\x1b\[\?2026l", RegexOptions.Singleline)]
    private static partial Regex FramePattern();
}
