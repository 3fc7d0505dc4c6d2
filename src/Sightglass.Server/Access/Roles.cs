namespace Sightglass.Server.Access;

/// <summary>Roles as clients write them.</summary>
internal static class Roles
{
    private static readonly Role[] All = Enum.GetValues<Role>();

    /// <summary>Gets the names, from the least on.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(ToWire));

    public static string ToWire(this Role role) => role switch
    {
        Role.Viewer => "viewer",
        Role.Operator => "operator",
        Role.Author => "author",
        Role.Admin => "admin",
        _ => "none",
    };

    public static bool TryParse(string? text, out Role role)
    {
        foreach (var known in All)
        {
            role = known;
            if (known.ToWire() == text) return true;
        }

        role = Role.None;
        return false;
    }
}
