namespace Sightglass.Cli.LiveView;

/// <summary>What plain lines show.</summary>
internal sealed record PlainViewOptions
{
    /// <summary>Gets whether events are shown beside what stages print.</summary>
    /// <value>True.</value>
    public bool ShowsEvents { get; init; } = true;

    /// <summary>Gets the stage to show, its instances included.</summary>
    /// <value>All.</value>
    public string? Stage { get; init; }

    /// <summary>Gets whether the colours that a stage prints stay.</summary>
    public bool KeepColor { get; init; }
}
