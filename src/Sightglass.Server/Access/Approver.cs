namespace Sightglass.Server.Access;

/// <summary>A caller before an execution, with the role there.</summary>
internal sealed record Approver(Caller Caller, Role Role)
{
    public string By => Caller.By;

    /// <summary>Tells whether an approval is for the caller to answer: by a role, or by name. Whoever owns the process is
    /// everybody; a token has the role of a person and is none.</summary>
    public bool May(IReadOnlyList<string> asked)
    {
        if (Caller.IsOwner) return true;
        if (asked.Count == 0) return Role >= Role.Operator;
        return asked.Any(a => Roles.TryParse(a, out var role) ? role > Role.None && Role >= role : Caller.Kind == CallerKind.Session && a == Caller.Name);
    }
}
