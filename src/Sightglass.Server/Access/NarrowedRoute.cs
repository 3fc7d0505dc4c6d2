namespace Sightglass.Server.Access;

/// <summary>Marks a route whose handler leaves out what the caller may not see.</summary>
internal sealed class NarrowedRoute
{
    public static NarrowedRoute Instance { get; } = new();
}
