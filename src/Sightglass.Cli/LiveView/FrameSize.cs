namespace Sightglass.Cli.LiveView;

/// <summary>The room of a frame.</summary>
internal readonly record struct FrameSize(int Columns, int Rows);
