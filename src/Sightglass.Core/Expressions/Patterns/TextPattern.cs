using System.Diagnostics.CodeAnalysis;

namespace Sightglass.Core.Expressions.Patterns;

/// <summary>
/// A regular expression in the syntax of RE2, over code points. Matching follows all ways at once: its steps are at most
/// the length of the text times that of the pattern, and the same text takes the same steps wherever and whenever it runs.
/// Immutable: any number of threads may use it.
/// </summary>
internal sealed class TextPattern
{
    private readonly PatternStep[] _steps;
    private readonly PatternClass[] _sets;
    private readonly bool _atStartOnly;
    private readonly AsciiSet? _first;

    private TextPattern(PatternStep[] steps, PatternClass[] sets)
    {
        _steps = steps;
        _sets = sets;
        _atStartOnly = steps[0].Op == PatternOp.TextStart;
        _first = FindFirst();
    }

    /// <summary>Gets how many steps it was compiled to.</summary>
    internal int Size => _steps.Length;

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The pattern, or null.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    /// <returns>Whether it is one.</returns>
    internal static bool TryParse(string text, [NotNullWhen(true)] out TextPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        (pattern, problem) = (null, null);
        if (text.Length > CelLimits.MaxPatternLength)
        {
            problem = $"it has {text.Length} characters: at most {CelLimits.MaxPatternLength} are allowed";
            return false;
        }

        try
        {
            var (steps, sets) = PatternCompiler.Compile(PatternParser.Parse(text));
            pattern = new TextPattern(steps, sets);
            return true;
        }
        catch (PatternSyntaxException found)
        {
            problem = found.Message;
            return false;
        }
    }

    /// <summary>Looks for the pattern anywhere in a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="left">How many steps it may take; afterwards what is left, negative when it was stopped.</param>
    /// <returns>Whether it is found; false when it was stopped.</returns>
    internal bool IsMatch(string text, ref long left) =>
        new PatternMatcher(_steps, _sets, stackalloc int[_steps.Length <= PatternMatcher.Small ? _steps.Length * PatternMatcher.Rows : 0])
            .Run(text, _atStartOnly, _first, ref left);

    // What a match can begin with lets the search pass over text that cannot begin one; null when it can begin without a character.
    private AsciiSet? FindFirst()
    {
        var seen = new bool[_steps.Length];
        var open = new Stack<int>();
        open.Push(0);
        var first = default(AsciiSet);
        while (open.TryPop(out var at))
        {
            if (seen[at])
                continue;
            seen[at] = true;
            var step = _steps[at];
            switch (step.Op)
            {
                case PatternOp.One:
                    first |= _sets[step.X].Ascii;
                    break;
                case PatternOp.Jump:
                    open.Push(step.X);
                    break;
                case PatternOp.Split:
                    open.Push(step.X);
                    open.Push(step.Y);
                    break;
                default:
                    return null;
            }
        }

        return first;
    }
}
