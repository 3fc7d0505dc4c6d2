using Sightglass.Core.Expressions.Patterns;

namespace Sightglass.Core.Expressions;

/// <summary>Matching with RE2 syntax; a pattern that stands in the expression is compiled once.</summary>
internal static class CelRegex
{
    private const int StepsPerUnit = 8;

    internal static CelValue Matches(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[1].Kind != CelKind.String)
            return CelFault.Overload("'matches'", "string as pattern", args[1]);
        // A character may stand for a set, and a count multiplies what comes before it.
        var text = args[1].StringUnsafe;
        if (!frame.Charge(100 + (4L * text.Length)))
            return CelFault.Budget();
        if (!TextPattern.TryParse(text, out var pattern, out var problem))
            return Refuse(problem);
        return frame.Charge(pattern.Size) ? Run(frame, args[0], pattern) : CelFault.Budget();
    }

    internal static CelValue Run(EvalFrame frame, in CelValue text, TextPattern pattern)
    {
        if (text.Kind != CelKind.String)
            return CelFault.Overload("'matches'", "string", text);
        var allowed = Math.Min(frame.Left, long.MaxValue / StepsPerUnit) * StepsPerUnit;
        var left = allowed;
        var found = pattern.IsMatch(text.StringUnsafe, ref left);
        return frame.Charge(((allowed - left) / StepsPerUnit) + 1) ? CelValue.Bool(found) : CelFault.Budget();
    }

    internal static CelValue Refuse(string reason) => CelFault.Of(CelErrorCodes.InvalidArgument, $"invalid regular expression: {reason}");
}
