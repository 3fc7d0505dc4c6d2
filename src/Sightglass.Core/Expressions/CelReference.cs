namespace Sightglass.Core.Expressions;

/// <summary>A free name in an expression with the constant path selected from it.</summary>
/// <param name="Root">The name, such as <c>stages</c>.</param>
/// <param name="Path">The fields selected from it by name or constant string index, outermost first.</param>
/// <param name="Line">The line of the name, from 1.</param>
/// <param name="Column">The column of the name, from 1.</param>
public sealed record CelReference(string Root, IReadOnlyList<string> Path, int Line, int Column);
