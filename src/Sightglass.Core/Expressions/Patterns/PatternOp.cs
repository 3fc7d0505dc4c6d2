namespace Sightglass.Core.Expressions.Patterns;

/// <summary>What a step of a compiled pattern does.</summary>
internal enum PatternOp
{
    /// <summary>The pattern is found.</summary>
    Match,

    /// <summary>Takes a character of the set <c>X</c>.</summary>
    One,

    /// <summary>Goes on at <c>X</c>.</summary>
    Jump,

    /// <summary>Goes on at <c>X</c> and at <c>Y</c>.</summary>
    Split,

    /// <summary>Holds at the start of the text.</summary>
    TextStart,

    /// <summary>Holds at the end of the text.</summary>
    TextEnd,

    /// <summary>Holds at the start of a line.</summary>
    LineStart,

    /// <summary>Holds at the end of a line.</summary>
    LineEnd,

    /// <summary>Holds between a word and what is none, in ASCII.</summary>
    WordEdge,

    /// <summary>Holds where <see cref="WordEdge"/> does not.</summary>
    NoWordEdge,
}
