namespace Sightglass.Core.Expressions.Patterns;

/// <summary>Ends the reading of a pattern; never leaves <see cref="TextPattern"/>.</summary>
internal sealed class PatternSyntaxException(string message) : Exception(message);
