namespace Sightglass.Core.Expressions;

/// <param name="Kind">The kind.</param>
/// <param name="Position">The offset of the first character.</param>
/// <param name="End">The offset after the last.</param>
/// <param name="Name">The spelling of an identifier.</param>
/// <param name="Value">The value of a literal.</param>
/// <param name="Quoted">Whether an identifier stood in backticks.</param>
internal readonly record struct CelToken(CelTokenKind Kind, int Position, int End, string? Name = null, CelValue Value = default, bool Quoted = false);
