using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary>How an execution is shown.</summary>
/// <param name="Kind">In what form.</param>
/// <param name="CommandOptions">Options that a command in another terminal needs to reach the execution.</param>
internal sealed record OutputChoice(OutputKind Kind, string CommandOptions)
{
    /// <summary>Chooses by the options, and by whether somebody looks.</summary>
    public static OutputChoice Of(bool json, bool plain, Target target)
    {
        if (json && plain) throw new CommandRefusedException(ExitCodes.Invalid, "Give --json or --plain, not both.");
        return new OutputChoice(json ? OutputKind.Json : plain || !IsTerminal ? OutputKind.Plain : OutputKind.Tree, target.Option);
    }

    private static bool IsTerminal =>
        !Console.IsOutputRedirected && (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    /// <summary>Gets whether colours are wanted where somebody looks.</summary>
    public static bool IsColored => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public ExecutionView Open()
    {
        var streams = StandardStreams.Open();
        return Kind switch
        {
            OutputKind.Json => new JsonView(streams.Raw, streams.Error),
            OutputKind.Tree => new TreeView(streams.Out, new TerminalScreen(streams.Raw), Renderer(), TimeProvider.System),
            _ => new PlainView(streams.Out, new PlainViewOptions { KeepColor = !Console.IsOutputRedirected && IsColored }),
        };
    }

    /// <summary>Opens the view of what stages printed.</summary>
    public static ExecutionView OpenLogs(string? stage) =>
        new PlainView(StandardStreams.Open().Out, new PlainViewOptions { ShowsEvents = false, Stage = stage, KeepColor = !Console.IsOutputRedirected && IsColored });

    public FrameRenderer Renderer() => new(new Palette(IsColored && !Console.IsOutputRedirected), CommandOptions);
}
