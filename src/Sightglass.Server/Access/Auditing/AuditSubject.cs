namespace Sightglass.Server.Access.Auditing;

/// <summary>Who a login was about, which its handler alone knows.</summary>
internal sealed record AuditSubject(string Organization, string By, string Kind);
