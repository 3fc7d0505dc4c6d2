namespace Sightglass.Core.Expressions;

/// <summary>Leaves the parser at the first place that cannot be read; never leaves <see cref="CelExpression"/>.</summary>
internal sealed class CelSyntaxException(int position, string reason) : Exception(reason)
{
    internal int Position { get; } = position;
}
