namespace Sightglass.Core.Executions;

/// <summary>One place where two JSON values differ.</summary>
/// <param name="Path">The place as a JSON pointer (RFC 6901); empty for the whole value.</param>
/// <param name="Left">The JSON of the left value there, shortened; <see langword="null"/> where only the right one has the place.</param>
/// <param name="Right">The JSON of the right value there, shortened; <see langword="null"/> where only the left one has the place.</param>
public sealed record ValueDifference(string Path, string? Left, string? Right);
