namespace Sightglass.Server.Access.Tokens;

/// <summary>Where the record of a token lies, by its hash.</summary>
internal sealed record TokenPlace(string Organization, string Id);
