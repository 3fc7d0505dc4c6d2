namespace Sightglass.Core.Ports;

/// <summary>A label that an execution must have been created with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; <see langword="null"/> for any.</param>
public sealed record LabelFilter(string Name, string? Value);
