using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>The string extension. Places are code points.</summary>
internal static class CelStringFunctions
{
    internal static IEnumerable<CelFunction> All { get; } =
    [
        new("charAt", true, 2, 2, CharAt),
        new("indexOf", true, 2, 3, (f, a) => IndexOf("indexOf", f, a, last: false)),
        new("lastIndexOf", true, 2, 3, (f, a) => IndexOf("lastIndexOf", f, a, last: true)),
        new("join", true, 1, 2, Join),
        new("lowerAscii", true, 1, 1, (f, a) => Map("lowerAscii", f, a, static s => Ascii(s, lower: true))),
        new("upperAscii", true, 1, 1, (f, a) => Map("upperAscii", f, a, static s => Ascii(s, lower: false))),
        new("replace", true, 3, 4, Replace),
        new("split", true, 2, 3, Split),
        new("substring", true, 2, 3, Substring),
        new("trim", true, 1, 1, (f, a) => Map("trim", f, a, static s => s.Trim())),
        new("reverse", true, 1, 1, Reverse),
        new("format", true, 2, 2, CelFormat.Format),
        new("strings.quote", false, 1, 1, (f, a) => Map("strings.quote", f, a, Quote)),
        new("quote", true, 1, 1, (f, a) => Map("quote", f, a, Quote)),
    ];

    private static CelValue Map(string name, EvalFrame frame, ReadOnlySpan<CelValue> args, Func<string, string> map)
    {
        if (args[0].Kind != CelKind.String)
            return CelFault.Overload($"'{name}'", "string", args[0]);
        return frame.ChargeText(args[0].StringUnsafe.Length) ? CelValue.String(map(args[0].StringUnsafe)) : CelFault.Budget();
    }

    private static CelValue CharAt(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.String || args[1].Kind != CelKind.Int)
            return CelFunction.Wrong("charAt", "(string, int)", args);
        var text = args[0].StringUnsafe;
        if (!frame.ChargeText(text.Length))
            return CelFault.Budget();
        var at = CelCodePoints.ToOffset(text, args[1].IntUnsafe);
        if (at < 0)
            return OutOfRange(args[1].IntUnsafe);
        if (at == text.Length)
            return CelValue.String("");
        return CelValue.String(text.Substring(at, at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1));
    }

    private static CelValue IndexOf(string name, EvalFrame frame, ReadOnlySpan<CelValue> args, bool last)
    {
        if (args[0].Kind != CelKind.String || args[1].Kind != CelKind.String || (args.Length == 3 && args[2].Kind != CelKind.Int))
            return CelFunction.Wrong(name, "(string, string, int)", args);
        var (text, part) = (args[0].StringUnsafe, args[1].StringUnsafe);
        if (!CelCodePoints.ChargeSearch(frame, text, part) || !frame.ChargeText(text.Length))
            return CelFault.Budget();
        var from = last ? text.Length : 0;
        if (args.Length == 3 && (from = CelCodePoints.ToOffset(text, args[2].IntUnsafe)) < 0)
            return OutOfRange(args[2].IntUnsafe);
        if (!last)
            return CelValue.Int(CelCodePoints.ToIndex(text, text.IndexOf(part, from, StringComparison.Ordinal)));
        var end = Math.Min(text.Length, from + part.Length);
        return CelValue.Int(CelCodePoints.ToIndex(text, text.AsSpan(0, end).LastIndexOf(part, StringComparison.Ordinal)));
    }

    private static CelValue Join(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.List || (args.Length == 2 && args[1].Kind != CelKind.String))
            return CelFunction.Wrong("join", "(list, string)", args);
        var separator = args.Length == 2 ? args[1].StringUnsafe : "";
        if (!frame.Charge(args[0].ListUnsafe.Count))
            return CelFault.Budget();
        var parts = new string[args[0].ListUnsafe.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var item = args[0].ListUnsafe[i];
            if (item.Kind != CelKind.String)
                return item.Kind == CelKind.Opaque ? CelFault.Secret() : CelFault.Overload("'join'", "list of string", item);
            parts[i] = item.StringUnsafe;
            if (!frame.Charge(item.Weight + CelWeight.OfLength(separator.Length)))
                return CelFault.Budget();
        }

        return CelValue.String(string.Join(separator, parts));
    }

    private static string Ascii(string text, bool lower) => string.Create(text.Length, (text, lower), static (span, state) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            var c = state.text[i];
            span[i] = state.lower ? (char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c) : char.IsAsciiLetterLower(c) ? (char)(c & ~0x20) : c;
        }
    });

    private static CelValue Replace(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.String || args[1].Kind != CelKind.String || args[2].Kind != CelKind.String
            || (args.Length == 4 && args[3].Kind != CelKind.Int))
            return CelFunction.Wrong("replace", "(string, string, string, int)", args);
        var (text, old, with) = (args[0].StringUnsafe, args[1].StringUnsafe, args[2].StringUnsafe);
        var limit = args.Length == 4 && args[3].IntUnsafe >= 0 ? args[3].IntUnsafe : long.MaxValue;
        if (!CelCodePoints.ChargeSearch(frame, text, old) || !frame.ChargeText(text.Length))
            return CelFault.Budget();
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (limit > 0 && at <= text.Length)
        {
            var found = text.IndexOf(old, at, StringComparison.Ordinal);
            if (found < 0)
                break;
            if (!frame.Charge(CelWeight.OfLength(with.Length)))
                return CelFault.Budget();
            limit--;
            result.Append(text, at, found - at).Append(with);
            at = found + old.Length;
            if (old.Length > 0)
                continue;
            // An empty pattern is found before every code point and at the end.
            if (at < text.Length)
                result.Append(text[at]);
            if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
                result.Append(text[++at]);
            at++;
        }

        if (at < text.Length)
            result.Append(text, at, text.Length - at);
        return CelValue.String(result.ToString());
    }

    private static CelValue Split(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.String || args[1].Kind != CelKind.String || (args.Length == 3 && args[2].Kind != CelKind.Int))
            return CelFunction.Wrong("split", "(string, string, int)", args);
        var (text, separator) = (args[0].StringUnsafe, args[1].StringUnsafe);
        var limit = args.Length == 3 && args[2].IntUnsafe >= 0 ? args[2].IntUnsafe : long.MaxValue;
        if (limit == 0)
            return CelValue.FromList([]);
        if (!CelCodePoints.ChargeSearch(frame, text, separator) || !frame.ChargeText(text.Length))
            return CelFault.Budget();
        var parts = new List<CelValue>();
        var at = 0;
        while (parts.Count + 1 < limit)
        {
            if (!frame.Charge(1))
                return CelFault.Budget();
            var found = separator.Length > 0 ? text.IndexOf(separator, at, StringComparison.Ordinal) : NextRune(text, at);
            if (found < 0)
                break;
            parts.Add(CelValue.String(text[at..found]));
            at = found + separator.Length;
        }

        if (separator.Length > 0 || at < text.Length)
            parts.Add(CelValue.String(text[at..]));
        return frame.List([.. parts]);
    }

    private static int NextRune(string text, int at)
    {
        if (at >= text.Length)
            return -1;
        var next = at + (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1);
        return next >= text.Length ? -1 : next;
    }

    private static CelValue Substring(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.String || args[1].Kind != CelKind.Int || (args.Length == 3 && args[2].Kind != CelKind.Int))
            return CelFunction.Wrong("substring", "(string, int, int)", args);
        var text = args[0].StringUnsafe;
        if (!frame.ChargeText(text.Length))
            return CelFault.Budget();
        var start = CelCodePoints.ToOffset(text, args[1].IntUnsafe);
        if (start < 0)
            return OutOfRange(args[1].IntUnsafe);
        if (args.Length == 2)
            return CelValue.String(text[start..]);
        var end = CelCodePoints.ToOffset(text, args[2].IntUnsafe);
        if (end < 0)
            return OutOfRange(args[2].IntUnsafe);
        return end < start
            ? CelFault.Of(CelErrorCodes.InvalidArgument, $"invalid substring range. start: {args[1].IntUnsafe}, end: {args[2].IntUnsafe}")
            : CelValue.String(text[start..end]);
    }

    private static CelValue Reverse(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind == CelKind.String)
            return Map("reverse", frame, args, CelCodePoints.Reverse);
        if (args[0].Kind != CelKind.List)
            return CelFunction.Wrong("reverse", "string or list", args);
        if (!frame.Charge(args[0].ListUnsafe.Count))
            return CelFault.Budget();
        var items = args[0].ListUnsafe.Items.ToArray();
        Array.Reverse(items);
        return frame.List(items);
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                '\\' => quoted.Append("\\\\"),
                '"' => quoted.Append("\\\""),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    private static CelValue OutOfRange(long index) => CelFault.Of(CelErrorCodes.IndexOutOfRange, $"index out of range: {index}");
}
