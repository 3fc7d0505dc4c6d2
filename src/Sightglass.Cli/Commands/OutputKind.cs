namespace Sightglass.Cli.Commands;

/// <summary>The forms of output.</summary>
internal enum OutputKind
{
    /// <summary>A tree that is redrawn.</summary>
    Tree,

    /// <summary>A line for each thing that happens.</summary>
    Plain,

    /// <summary>The events as they are stored.</summary>
    Json,
}
