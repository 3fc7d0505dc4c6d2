namespace Sightglass.Core.Expressions;

/// <summary>What expressions may cost and how large they may be, so that a hostile one ends soon and holds little memory.</summary>
public static class CelLimits
{
    /// <summary>
    /// The units of cost of one evaluation: a node, an element, about 16 characters, or 8 steps of a pattern each take one.
    /// Units are counted, never measured, so that an evaluation ends in the same way wherever it runs.
    /// </summary>
    public const long DefaultCost = 1_000_000;

    /// <summary>The most characters of a line that asks for an evaluation, its variables included.</summary>
    public const int MaxRequestLength = 16 * 1024 * 1024;

    /// <summary>The most characters of an expression.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>How deep parentheses, brackets and calls may be nested.</summary>
    public const int MaxNesting = 100;

    /// <summary>The most operations one above the other, such as the fields of <c>a.b.c</c>.</summary>
    public const int MaxDepth = 250;

    /// <summary>How deep lists, maps and optionals may be nested; deeper ones would overflow the stack of whoever walks them.</summary>
    public const int MaxValueDepth = 500;

    /// <summary>How many units an evaluation's value may weigh for each unit of its budget, as inputs may be large and are only passed on.</summary>
    public const int WeightPerCost = 8;

    /// <summary>The most characters of a pattern.</summary>
    public const int MaxPatternLength = 1000;

    /// <summary>How deep groups of a pattern may be nested.</summary>
    public const int MaxPatternNesting = 100;

    /// <summary>The most repetitions that a pattern counts.</summary>
    public const int MaxPatternCount = 1000;

    /// <summary>The most steps of a pattern whose counted repetitions are written out.</summary>
    public const int MaxPatternSteps = 2000;

    /// <summary>The most steps of all patterns that stand in one expression.</summary>
    public const int MaxPatternStepsTogether = 20_000;

    /// <summary>The most digits that <c>format</c> writes after the point.</summary>
    public const int MaxPrecision = 100;

    /// <summary>The most characters of the text that a template makes.</summary>
    public const int MaxTemplateText = 64 * 1024 * 1024;

    /// <summary>The most characters of an error's reason; what it quotes may be longer.</summary>
    public const int MaxReason = 1000;
}
