namespace Sightglass.Server.OpenApi;

/// <summary>One form of what a route answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The media type; <see langword="null"/> where there is no body.</param>
/// <param name="Schema">The name of its schema; <see langword="null"/> where it is text or bytes.</param>
/// <param name="Text">What it is, one sentence.</param>
internal sealed record AnswerDescription(int Status, string? ContentType, string? Schema, string Text);
