namespace Sightglass.Core.Ports;

/// <summary>What lists say of an execution's output.</summary>
/// <param name="Excerpt">The beginning of it.</param>
/// <param name="Label">The name of the stage it comes from; empty where several stages make it up.</param>
public sealed record OutputExcerpt(TextExcerpt Excerpt, string Label);
