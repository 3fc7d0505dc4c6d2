namespace Sightglass.Core.Expressions.Patterns;

/// <summary>A part of a pattern as it was read.</summary>
internal abstract class PatternNode
{
    /// <summary>One character of a set.</summary>
    internal sealed class One(PatternClass set) : PatternNode
    {
        internal PatternClass Set { get; } = set;
    }

    /// <summary>A place between characters.</summary>
    internal sealed class Place(PatternOp kind) : PatternNode
    {
        internal PatternOp Kind { get; } = kind;
    }

    internal sealed class Sequence(IReadOnlyList<PatternNode> parts) : PatternNode
    {
        internal IReadOnlyList<PatternNode> Parts { get; } = parts;
    }

    internal sealed class Choice(IReadOnlyList<PatternNode> options) : PatternNode
    {
        internal IReadOnlyList<PatternNode> Options { get; } = options;
    }

    internal sealed class Repeat(PatternNode body, int least, int most) : PatternNode
    {
        internal PatternNode Body { get; } = body;

        internal int Least { get; } = least;

        /// <summary>Gets the most repetitions; -1 for any number.</summary>
        internal int Most { get; } = most;
    }
}
