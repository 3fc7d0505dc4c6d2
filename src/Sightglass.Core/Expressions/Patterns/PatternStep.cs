namespace Sightglass.Core.Expressions.Patterns;

/// <summary>A step of a compiled pattern.</summary>
/// <param name="Op">What it does.</param>
/// <param name="X">A set or a step.</param>
/// <param name="Y">A step.</param>
internal readonly record struct PatternStep(PatternOp Op, int X = 0, int Y = 0);
