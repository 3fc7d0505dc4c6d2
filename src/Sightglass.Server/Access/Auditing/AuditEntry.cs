namespace Sightglass.Server.Access.Auditing;

/// <summary>What somebody asked for, and what came of it.</summary>
internal sealed record AuditEntry
{
    public required DateTimeOffset Time { get; init; }

    public required string Organization { get; init; }

    /// <summary>Gets who, as events say it; of a login that failed the name that was tried.</summary>
    public required string By { get; init; }

    /// <summary>Gets how they were known: <c>local</c>, <c>socket</c>, <c>token</c>, <c>session</c>; <c>anonymous</c> where they were not.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets from which address; <c>socket</c> for this machine's.</summary>
    public required string From { get; init; }

    /// <summary>Gets what: the method and the route, such as <c>POST /api/executions/{id}/cancel</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Gets what it was asked of: the path as it was sent.</summary>
    public required string Target { get; init; }

    /// <summary>Gets what came of it: <c>done</c>, <c>refused</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gets the code of the refusal.</summary>
    public string? Code { get; init; }

    /// <summary>Gets its number in the organisation's log; it is not kept in the record, whose key it is.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Number { get; init; }
}
