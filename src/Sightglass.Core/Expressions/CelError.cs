namespace Sightglass.Core.Expressions;

/// <summary>A problem in an expression, found when it was parsed or evaluated.</summary>
/// <param name="Code">One of <see cref="CelErrorCodes"/>.</param>
/// <param name="Message">A sentence that names the problem, its line and column.</param>
/// <param name="Line">The line in the parsed text, from 1.</param>
/// <param name="Column">The column in that line in UTF-16 units, from 1.</param>
public sealed record CelError(string Code, string Message, int Line, int Column)
{
    /// <summary>Gets the problem without its position, for callers that print a position of their own.</summary>
    public string Reason { get; init; } = Message;
}
