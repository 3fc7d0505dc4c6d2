namespace Sightglass.Core.Expressions;

/// <summary>Something in an expression that parses and can never evaluate.</summary>
internal readonly record struct CelProblem(int Position, string Code, string Reason);
