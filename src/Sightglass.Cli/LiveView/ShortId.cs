namespace Sightglass.Cli.LiveView;

/// <summary>The end of an execution's id: its beginning is a time, which neighbours share.</summary>
internal static class ShortId
{
    public const int Length = 8;

    public static string Of(Guid id) => id.ToString("D")[^Length..];
}
