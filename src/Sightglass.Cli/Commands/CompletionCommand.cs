using System.CommandLine;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass completion</c>: what a shell needs to complete verbs, options and their values.</summary>
internal static class CompletionCommand
{
    public const string Examples = """
        source <(sightglass completion bash)              in ~/.bashrc
        source <(sightglass completion zsh)               in ~/.zshrc, after compinit
        sightglass completion fish | source               in ~/.config/fish/config.fish
        """;

    // The program itself knows what may follow: it is asked with the line and the place in it.
    private const string Bash = """
        _sightglass() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(sightglass "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _sightglass sightglass
        """;

    private const string Zsh = """
        _sightglass() {
          local -a found
          found=("${(@f)$(sightglass "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -a found
          _files
        }
        compdef _sightglass sightglass
        """;

    private const string Fish = """
        complete -c sightglass -a '(sightglass "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print what makes a shell complete verbs, options and their values.") { shell };
        command.SetAction(parsed =>
        {
            StandardStreams.Open().Out.WriteLine(parsed.GetRequiredValue(shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash });
            return ExitCodes.Success;
        });
        return command;
    }
}
