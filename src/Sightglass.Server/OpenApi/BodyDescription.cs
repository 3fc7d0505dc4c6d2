namespace Sightglass.Server.OpenApi;

/// <summary>What a route takes as its body.</summary>
/// <param name="ContentType">The media type.</param>
/// <param name="Schema">The name of its schema; <see langword="null"/> where it is text or bytes.</param>
/// <param name="IsRequired">Whether it has to be there.</param>
internal sealed record BodyDescription(string ContentType, string? Schema, bool IsRequired);
