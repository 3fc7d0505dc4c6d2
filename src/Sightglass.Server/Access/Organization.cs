namespace Sightglass.Server.Access;

/// <summary>An organisation: nothing of one is seen in another.</summary>
internal sealed record Organization(string Name, DateTimeOffset CreatedAt, string CreatedBy);
