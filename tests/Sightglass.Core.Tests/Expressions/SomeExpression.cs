using System.Globalization;

namespace Sightglass.Core.Tests.Expressions;

/// <summary>Random expressions that are well formed and mostly well typed, among them such as grow what they are given.</summary>
internal sealed class SomeExpression(Random random)
{
    private static readonly string[] Scalars =
    [
        "0", "1", "-7", "9223372036854775807", "-9223372036854775808", "3u", "18446744073709551615u", "1.5", "-0.0", "1e308", "'abc'", "''", "'a,b,c'",
        "'%s %d'", "'é\\U0001F600'", "b'\\xff\\x00'", "true", "false", "null", "timestamp('2024-02-29T12:00:00Z')", "duration('1h')", "x", "text", "rows", "deep",
    ];

    private static readonly string[] Operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"];

    private static readonly string[] Methods =
    [
        "size()", "trim()", "reverse()", "lowerAscii()", "quote()", "sort()", "distinct()", "flatten()", "first()", "last()", "hasValue()", "value()", "getHours()",
        "getFullYear('Europe/Zurich')", "matches('(a|b)*c$')", "split(',')", "join('-')", "charAt(1)", "substring(1)", "slice(0, 2)", "unwrapOpt()",
    ];

    private static readonly string[] Binaries = ["contains", "startsWith", "indexOf", "lastIndexOf", "split", "join", "format", "matches", "orValue", "or", "flatten"];

    private static readonly string[] Functions =
    [
        "size", "int", "uint", "double", "string", "bytes", "bool", "type", "dyn", "math.abs", "math.ceil", "math.sqrt", "math.bitNot", "math.isNaN", "optional.of",
        "optional.ofNonZeroValue", "base64.encode", "base64.decode", "timestamp", "duration", "lists.range", "math.greatest", "strings.quote",
    ];

    private readonly List<string> _names = [];

    public string Next(int depth)
    {
        if (depth <= 0 || random.Next(6) == 0)
            return _names.Count > 0 && random.Next(2) == 0 ? Pick(_names) : Pick(Scalars);
        return random.Next(15) switch
        {
            0 => $"({Next(depth - 1)} {Pick(Operators)} {Next(depth - 1)})",
            1 => $"({Next(depth - 1)} ? {Next(depth - 1)} : {Next(depth - 1)})",
            2 => $"{Pick(Functions)}({Next(depth - 1)})",
            3 => $"{Next(depth - 1)}.{Pick(Methods)}",
            4 => $"{Next(depth - 1)}.{Pick(Binaries)}({Next(depth - 1)})",
            5 => $"{Next(depth - 1)}.replace({Next(depth - 1)}, {Next(depth - 1)})",
            6 => $"[{Next(depth - 1)}, {Next(depth - 1)}, ?{Next(depth - 1)}]",
            7 => $"{{'a': {Next(depth - 1)}, {Next(depth - 1)}: {Next(depth - 1)}}}",
            8 => $"{Next(depth - 1)}{Pick([".a", ".?a", "?.a", "[0]", "[?1]", "['a']"])}",
            9 => $"has({Next(depth - 1)}.a)",
            10 => Macro(depth, Pick(["all", "exists", "exists_one", "map", "filter", "sortBy", "optMap", "optFlatMap"]), 1),
            11 => Macro(depth, Pick(["all", "exists", "existsOne", "transformList", "transformMap", "transformMapEntry"]), 2),
            12 => Bind(depth),
            13 => Grow(depth),
            _ => $"{(random.Next(2) == 0 ? "!" : "-")}{Next(depth - 1)}",
        };
    }

    private string Macro(int depth, string name, int variables)
    {
        var over = random.Next(3) == 0 ? Next(depth - 1) : Pick(["[1, 2, 3]", "lists.range(9)", "lists.range(400)", "{'a': 1, 'b': 2}", "rows"]);
        var names = Enumerable.Range(0, variables).Select(_ => Name()).ToList();
        _names.AddRange(names);
        var body = name == "transformMapEntry" ? $"{{{Next(depth - 1)}: {Next(depth - 1)}}}" : Next(depth - 1);
        _names.RemoveRange(_names.Count - variables, variables);
        return $"{over}.{name}({string.Join(", ", names)}, {body})";
    }

    private string Bind(int depth)
    {
        var (name, value) = (Name(), Next(depth - 1));
        _names.Add(name);
        var body = Next(depth - 1);
        _names.RemoveAt(_names.Count - 1);
        return $"cel.bind({name}, {value}, {body})";
    }

    // Doubles a value a few times, in one of the ways in which values grow.
    private string Grow(int depth)
    {
        var step = Pick(["v + v", "[v, v]", "{'a': v, 'b': v}", "'%s%s'.format([v, v])", "[v, v].join(',')", "v.replace('a', v)", "[v, v].flatten()", "[v].map(w, [w, w])"]);
        var text = Next(depth - 1);
        for (var i = random.Next(1, 24); i > 0; i--)
            text = $"cel.bind(v, {text}, {step})";
        return text;
    }

    private string Name() => "n" + random.Next(6).ToString(CultureInfo.InvariantCulture);

    private string Pick(IReadOnlyList<string> from) => from[random.Next(from.Count)];
}
