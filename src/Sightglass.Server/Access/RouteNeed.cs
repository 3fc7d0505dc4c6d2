namespace Sightglass.Server.Access;

/// <summary>What a route needs of its caller.</summary>
/// <param name="Role">The least role; <see cref="Role.None"/> on an open route.</param>
/// <param name="Target">On what; <see langword="null"/> for the whole organisation.</param>
internal sealed record RouteNeed(Role Role, RouteTarget? Target)
{
    public static RouteNeed Nothing { get; } = new(Role.None, null);

    public bool IsOpen => Role == Role.None;
}
