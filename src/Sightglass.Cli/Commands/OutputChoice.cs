using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary>How an execution is shown.</summary>
internal sealed record OutputChoice(OutputKind Kind)
{
    /// <summary>Chooses by the options, and by whether somebody looks.</summary>
    public static OutputChoice Of(bool json, bool plain)
    {
        if (json && plain) throw new CommandRefusedException(ExitCodes.Invalid, "Give --json or --plain, not both.");
        return new OutputChoice(json ? OutputKind.Json : OutputKind.Plain);
    }

    public ExecutionView Open()
    {
        var streams = StandardStreams.Open();
        return Kind switch
        {
            OutputKind.Json => new JsonView(streams.Raw, streams.Error),
            _ => new PlainView(streams.Out, new PlainViewOptions()),
        };
    }
}

/// <summary>The forms of output.</summary>
internal enum OutputKind
{
    /// <summary>A tree that is redrawn.</summary>
    Live,

    /// <summary>A line for each thing that happens.</summary>
    Plain,

    /// <summary>The events as they are stored.</summary>
    Json,
}
