namespace Sightglass.Server.Access.Auditing;

/// <summary>Marks a route that changes nothing though its method says so, or that reports and does not command.</summary>
internal sealed class UnauditedRoute
{
    public static UnauditedRoute Instance { get; } = new();
}
