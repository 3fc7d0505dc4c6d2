namespace Sightglass.Core.Expressions;

/// <summary>A part of a rendered template: text, or a secret to be filled in where the stage runs.</summary>
/// <param name="Text">The text; empty for a secret.</param>
/// <param name="Secret">The name of the secret, or null for text.</param>
public readonly record struct TemplateSegment(string Text, string? Secret);
