using System.Text.RegularExpressions;

namespace Sightglass.Core.Expressions;

/// <summary>Matching with RE2 syntax in linear time.</summary>
internal static class CelRegex
{
    // The engine is linear in the text, but a counted repeat multiplies its states; this is what the estimate cannot foresee.
    private static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(1);

    internal static CelValue Matches(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[1].Kind != CelKind.String)
            return CelFault.Overload("'matches'", "string as pattern", args[1]);
        // Building an automaton costs far more than running it.
        if (!frame.Charge(1000 + (10L * args[1].StringUnsafe.Length)))
            return CelFault.Budget();
        var fault = TryCreate(args[1].StringUnsafe, out var pattern, out var size);
        return fault.IsFault ? fault : Run(frame, args[0], pattern!, size);
    }

    internal static CelValue TryCreate(string pattern, out Regex? regex, out int size)
    {
        regex = null;
        var problem = Re2Pattern.TryTranslate(pattern, out var translated, out size);
        if (problem is not null)
            return Refuse(problem);
        try
        {
            regex = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Ceiling);
            return default;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Refuse(e is NotSupportedException ? "it is not supported or too large" : e.Message);
        }
    }

    internal static CelValue Run(EvalFrame frame, in CelValue text, Regex regex, int size)
    {
        if (text.Kind != CelKind.String)
            return CelFault.Overload("'matches'", "string", text);
        if (!frame.Charge(CelWeight.OfLength(text.StringUnsafe.Length) * (1 + (size / 16))))
            return CelFault.Budget();
        try
        {
            return CelValue.Bool(regex.IsMatch(text.StringUnsafe));
        }
        catch (RegexMatchTimeoutException)
        {
            return CelFault.Budget();
        }
    }

    private static CelValue Refuse(string reason) => CelFault.Of(CelErrorCodes.InvalidArgument, $"invalid regular expression: {reason}");
}
