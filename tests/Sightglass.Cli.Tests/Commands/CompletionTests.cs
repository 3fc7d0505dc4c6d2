using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Commands;

public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sightglass tai", "tail")]
    [InlineData("sightglass graph x --format m", "mermaid")]
    [InlineData("sightglass users rem", "remove")]
    [InlineData("sightglass watch last --rec", "--reconnect")]
    public async Task Bash_completes_verbs_options_and_values(string line, string completed)
    {
        var words = line.Split(' ');
        var script = $"""
            sightglass() {"{"} dotnet '{CliProcess.Program}' "$@"; {"}"}
            source <(sightglass completion bash)
            COMP_LINE='{line}'; COMP_POINT={line.Length}; COMP_WORDS=({string.Join(' ', words)}); COMP_CWORD={words.Length - 1}
            _sightglass
            echo "${"{"}COMPREPLY[@]{"}"}"
            """;
        await using var bash = CliProcess.StartProgram("bash", _folder.Path, script, TimeSpan.FromSeconds(60), "--norc", "-s");

        Assert.Equal(completed, (await bash.EndAsync()).Exits(0).Output.Trim());
    }

    [Theory]
    [InlineData("zsh", "compdef _sightglass sightglass")]
    [InlineData("fish", "complete -c sightglass")]
    public async Task Other_shells_get_a_script_of_their_own(string shell, string line) =>
        Assert.Contains(line, (await CliProcess.RunAsync(_folder.Path, "completion", shell)).Exits(0).Output, StringComparison.Ordinal);
}
