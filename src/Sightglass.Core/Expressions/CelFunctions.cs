using System.Collections.Frozen;

namespace Sightglass.Core.Expressions;

/// <summary>The functions of the language by name; extensions live in files of their own.</summary>
internal static class CelFunctions
{
    private static readonly FrozenDictionary<string, CelFunction> Methods = Table(isMethod: true);
    private static readonly FrozenDictionary<string, CelFunction> Globals = Table(isMethod: false);

    /// <summary>Gets the names of all functions.</summary>
    internal static IEnumerable<string> Names => Methods.Keys.Concat(Globals.Keys);

    internal static bool TryGetMethod(string name, out CelFunction? function) => Methods.TryGetValue(name, out function);

    internal static bool TryGetGlobal(string name, out CelFunction? function) => Globals.TryGetValue(name, out function);

    private static FrozenDictionary<string, CelFunction> Table(bool isMethod) =>
        Core().Concat(CelConversions.All).Concat(CelTimeFunctions.All).Concat(CelStringFunctions.All).Concat(CelMathFunctions.All)
            .Concat(CelListFunctions.All).Concat(CelOptionalFunctions.All)
            .Where(f => f.IsMethod == isMethod)
            .ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    private static IEnumerable<CelFunction> Core() =>
    [
        new("size", false, 1, 1, Size),
        new("size", true, 1, 1, Size),
        new("matches", false, 2, 2, CelRegex.Matches),
        new("matches", true, 2, 2, CelRegex.Matches),
        new("contains", true, 2, 2, (f, a) => Search("contains", f, a, static (s, t) => s.Contains(t, StringComparison.Ordinal))),
        new("startsWith", true, 2, 2, (f, a) => Search("startsWith", f, a, static (s, t) => s.StartsWith(t, StringComparison.Ordinal))),
        new("endsWith", true, 2, 2, (f, a) => Search("endsWith", f, a, static (s, t) => s.EndsWith(t, StringComparison.Ordinal))),
        new("base64.encode", false, 1, 1, Encode),
        new("base64.decode", false, 1, 1, Decode),
    ];

    private static CelValue Size(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        switch (args[0].Kind)
        {
            case CelKind.String:
                return frame.ChargeText(args[0].StringUnsafe.Length)
                    ? CelValue.Int(CelCodePoints.Count(args[0].StringUnsafe))
                    : CelFault.Budget();
            case CelKind.Bytes:
                return CelValue.Int(args[0].BytesUnsafe.Length);
            case CelKind.List:
                return CelValue.Int(args[0].ListUnsafe.Count);
            case CelKind.Map:
                var count = args[0].MapUnsafe.Count;
                return args[0].MapUnsafe is not CelLazyMap || frame.Charge(count) ? CelValue.Int(count) : CelFault.Budget();
            default:
                return CelFunction.Wrong("size", "string, bytes, list or map", args);
        }
    }

    private static CelValue Search(string name, EvalFrame frame, ReadOnlySpan<CelValue> args, Func<string, string, bool> search)
    {
        if (args[0].Kind != CelKind.String)
            return CelFault.Overload($"'{name}'", "string", args[0]);
        if (args[1].Kind != CelKind.String)
            return CelFault.Overload($"'{name}'", "string", args[1]);
        var (text, part) = (args[0].StringUnsafe, args[1].StringUnsafe);
        return CelCodePoints.ChargeSearch(frame, text, part) ? CelValue.Bool(search(text, part)) : CelFault.Budget();
    }

    private static CelValue Encode(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.Bytes)
            return CelFunction.Wrong("base64.encode", "bytes", args);
        return frame.ChargeText(args[0].BytesUnsafe.Length)
            ? CelValue.String(Convert.ToBase64String(args[0].BytesUnsafe))
            : CelFault.Budget();
    }

    private static CelValue Decode(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.String)
            return CelFunction.Wrong("base64.decode", "string", args);
        var text = args[0].StringUnsafe;
        if (!frame.ChargeText(text.Length))
            return CelFault.Budget();
        // Padding may be left out, as cel-go allows.
        var padded = text.Length % 4 == 0 ? text : text.PadRight(text.Length + 4 - (text.Length % 4), '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var written)
            ? CelValue.FromBytes(bytes[..written])
            : CelFault.Of(CelErrorCodes.InvalidConversion, "the string is not base64");
    }
}
