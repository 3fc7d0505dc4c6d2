using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sightglass.Core.Expressions;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

public sealed class CelHostileTests
{
    private static readonly string Digits = string.Join(", ", Enumerable.Range(0, 1000));

    public static TheoryData<string> Bombs => new(
        "lists.range(1000).map(a, lists.range(1000).map(b, lists.range(1000).map(c, a + b + c)))",
        "lists.range(9223372036854775807)",
        Double("'xxxxxxxxxxxxxxxx'", "v + v", 60),
        Double("[1]", "v + v", 60),
        Double("[1]", "[v, v]", 60),
        Double("[1]", "{'a': v, 'b': v}", 60),
        Double("'x'", "'%s%s'.format([v, v])", 60),
        Double("'x'", "[v, v].join()", 60),
        Double("'ab'", "v.replace('a', v)", 60),
        Double("[1]", "[v, v].flatten()", 60),
        Double("'x'", "v + v", 18, "lists.range(100000).map(i, v)"),
        Double("'x'", "v + v", 18, "lists.range(100000).all(i, v == v + '')"),
        Double("'a'", "v + v", 18, "lists.range(100000).exists(i, v.matches('(a|b|ab)*c'))"),
        Double("'a'", "v + v", 18, "lists.range(100000).exists(i, v.contains(v.substring(1) + 'b'))"),
        "lists.range(100000).exists(i, 'a'.matches('(a|b){100}' + string(i)))",
        "lists.range(100000).exists(i, timestamp(0).getHours('No/Where' + string(i)) == 77 || false)",
        "lists.range(100000).map(i, [i % 7]).distinct().size() + lists.range(100000).map(i, [0, i]).distinct().size()",
        "lists.range(100000).transformMapEntry(i, v, {v * 4294967297: v}).size() + lists.range(1000000).size()",
        Double("'0'", "v + v", 18, "lists.range(100000).exists(i, int(v) == 1 || uint(v) == 1u || double(v) == 1.0)"),
        Double("'a'", "v + v", 18, "lists.range(100000).exists(i, v in {'a': 1})"),
        Double("'a'", "v + v", 18, "lists.range(100000).exists(i, {v: 1, v: 2} == {})"),
        Double("'a'", "v + v", 14, "lists.range(100000).exists(i, v.matches('(a?){400}a{400}b$'))"),
        Double("'a'", "v + v", 14, "lists.range(100000).exists(i, v.matches('([ab]*a[ab]{90}){20}c$'))"),
        "cel.bind(big, lists.range(100000), big.exists(i, big.exists(j, big.map(k, 1 / 0) == [])))",
        "cel.bind(big, lists.range(100000) + ['x'], big.exists(i, big.exists(j, big.sort() == [])))",
        "cel.bind(big, lists.range(100000), big.exists(i, big.exists(j, big.join() == '')))",
        "cel.bind(big, lists.range(100000), big.exists(i, big.exists(j, [1, 2][3] == 1)))",
        "lists.range(100000).map(i, '%.100e %.100f'.format([1e-308 * double(i), 1e308])).size() + lists.range(1000000).size()",
        "lists.range(1000).transformMap(i, v, lists.range(1000).transformMap(j, w, lists.range(1000).transformList(k, x, i + j + k)))",
        "cel.block([lists.range(1000), cel.index(0).map(i, cel.index(0)), cel.index(1).map(i, cel.index(1))], cel.index(2).map(i, cel.index(2)).flatten(9))",
        $"[{Digits}].all(a, [{Digits}].all(b, [{Digits}].all(c, a + b + c >= 0)))");

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Evaluation_stops_within_its_budget_when_an_expression_explodes(string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var result = Cel.Result(text);
        Assert.True(result.IsError, "the expression was expected to be stopped");
        Assert.Equal(CelErrorCodes.BudgetExceeded, result.Error.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 600_000_000);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Evaluation_ends_when_a_block_is_a_long_chain()
    {
        var items = string.Join(", ", Enumerable.Range(0, 2_000).Select(i => i == 0 ? "1" : $"cel.index({i - 1}) + 1"));
        Assert.Equal(2_000, Cel.Result($"cel.block([{items}], cel.index(1999))").Value.AsInt);
    }

    [Fact]
    public void Parse_takes_memory_in_proportion_to_the_text_when_paths_are_long()
    {
        var path = "a" + Repeat("." + new string('b', 30), 240);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(Cel.Parse($"[{string.Join(", ", Enumerable.Repeat(path, 8))}]"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    [Fact]
    public void Parse_refuses_patterns_that_are_too_large_together()
    {
        var text = string.Join(" || ", Enumerable.Repeat("a.matches('b{1000}')", 100));
        Assert.False(CelExpression.TryParse(text, out _, out var errors));
        Assert.Contains("together", errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_is_short_when_what_it_names_is_long()
    {
        var name = new string('x', 30_000);
        Assert.InRange(Cel.Result(name).Error.Message.Length, 10, 1_100);
        Assert.InRange(Cel.Result($"{{'{name}': 1, '{name}': 2}}").Error.Message.Length, 10, 1_100);
        Assert.False(CelExpression.TryParse($"1 {name}", out _, out var errors));
        Assert.InRange(errors[0].Message.Length, 10, 1_100);
    }

    [Fact]
    public void Evaluation_stops_when_its_own_budget_is_small()
    {
        var scope = new CelScope { MaxCost = 10 };
        Assert.Equal(CelErrorCodes.BudgetExceeded, Cel.Parse("[1, 2, 3, 4].map(x, x * x)").Evaluate(scope).Error.Code);
        Assert.Equal(3, Cel.Parse("1 + 2").Evaluate(scope).Value.AsInt);
    }

    [Fact]
    public void Budget_is_not_absorbed_when_the_other_operand_decides()
    {
        var scope = new CelScope { MaxCost = 50 };
        Assert.Equal(CelErrorCodes.BudgetExceeded, Cel.Parse("lists.range(100).all(x, x > 0) || true").Evaluate(scope).Error.Code);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{1: ", "}")]
    [InlineData("!", "")]
    [InlineData("-", "")]
    [InlineData("1 + ", "")]
    [InlineData("1 ? 1 : ", "")]
    [InlineData("size(", ")")]
    [InlineData("[1].map(x, ", ")")]
    [InlineData("cel.bind(x, 1, ", ")")]
    [InlineData("has(", ".a)")]
    [InlineData("has([", "].a)")]
    [InlineData("", ".a")]
    [InlineData("", "[0]")]
    [InlineData("", ".size()")]
    [InlineData("", " + 1")]
    [InlineData("", " && 1")]
    [InlineData("f(x => ", ")")]
    public void Parse_and_evaluation_end_when_text_is_nested_at_any_depth(string open, string close)
    {
        // A third of the smallest stack a thread gets on the platforms we run on.
        var thread = new Thread(
            () =>
            {
                for (var depth = 1; depth <= 4096; depth *= 2)
                {
                    for (var n = Math.Max(1, depth - 60); n <= depth; n += 20)
                        Exercise(Repeat(open, n) + "a" + Repeat(close, n));
                }
            },
            512 * 1024);
        thread.Start();
        thread.Join();
    }

    [Fact]
    public void Value_is_refused_when_it_grows_deeper_than_writers_go()
    {
        var text = new StringBuilder("v");
        for (var i = 0; i < 50; i++)
            text.Insert(0, $"cel.bind(v, {Repeat("[", 40)}v{Repeat("]", 40)}, ").Append(')');
        var result = Cel.Parse($"cel.bind(v, 1, {text})").Evaluate(new CelScope());
        Assert.Equal(CelErrorCodes.BudgetExceeded, result.Error.Code);
    }

    [Fact]
    public void Parse_fails_when_text_is_longer_than_64_KB() =>
        Assert.False(CelExpression.TryParse(new string(' ', 70_000) + "1", out _, out _));

    [Fact]
    public void Parse_never_throws_when_text_is_random() =>
        Check.One(Quick, Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            Exercise(text ?? "");
            return true;
        }));

    [Fact]
    public void Evaluation_never_throws_when_tokens_are_random()
    {
        string[] tokens =
        [
            "a", "b", "1", "2u", "1.5", "'s'", "b'x'", "null", "true", "[", "]", "(", ")", "{", "}", ",", ":", ".", "?", "?.", "+", "-", "*", "/", "%",
            "==", "<", "in", "&&", "||", "!", "=>", "x", "size", "map(x,", "all(x =>", "exists(i, v,", "has(", "optional.of(", "orValue(", ".?", "[?",
            "format(", "matches(", "sort()", "flatten()", "timestamp(", "duration(", "type(", "math.greatest(", "cel.bind(x,", "split(", "reverse()",
        ];
        var random = new Random(42);
        for (var i = 0; i < 100_000; i++)
            Exercise(string.Join(' ', Enumerable.Range(0, random.Next(1, 12)).Select(_ => tokens[random.Next(tokens.Length)])));
    }

    [Fact]
    public void Evaluation_never_throws_when_functions_get_values_of_any_type()
    {
        string[] values =
        [
            "null", "true", "-1", "9223372036854775807", "3u", "0.0/0.0", "1e308", "''", "'a,b'", "'%s'", "b'\\xff'", "[]", "[1, 'a', [null]]", "{}",
            "{'a': 1, 2: []}", "timestamp(0)", "duration('-1h')", "int", "optional.none()", "optional.of([1])", "s", "a",
        ];
        string[] methods =
        [
            "size", "matches", "contains", "startsWith", "charAt", "indexOf", "lastIndexOf", "join", "lowerAscii", "replace", "split", "substring",
            "trim", "reverse", "format", "quote", "flatten", "slice", "sort", "distinct", "first", "hasValue", "value", "or", "orValue", "getHours",
            "getMilliseconds", "unwrapOpt",
        ];
        string[] globals =
        [
            "int", "uint", "double", "string", "bytes", "bool", "timestamp", "duration", "type", "dyn", "size", "matches", "math.greatest", "math.abs",
            "math.round", "math.bitAnd", "math.bitShiftLeft", "math.sqrt", "base64.encode", "base64.decode", "lists.range", "optional.of",
            "optional.ofNonZeroValue", "strings.quote",
        ];
        string[] operators = ["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "in", "&&", "||"];
        foreach (var x in values)
        {
            Exercise($"[{x}].map(v, -v) == [!({x})]");
            Exercise($"({x})?.a == ({x}).?b || has(({x}).c) || {{{x}: 1}} == 2");
            foreach (var f in globals)
                Exercise($"{f}({x})");
            foreach (var y in values)
            {
                foreach (var op in operators)
                    Exercise($"({x}) {op} ({y})");
                Exercise($"({x})[{y}]");
                Exercise($"({x})[?{y}]");
                foreach (var f in globals)
                    Exercise($"{f}({x}, {y})");
                foreach (var m in methods)
                {
                    Exercise($"({x}).{m}()");
                    Exercise($"({x}).{m}({y})");
                    Exercise($"({x}).{m}({y}, {x})");
                    Exercise($"({x}).{m}({y}, {y})");
                }
            }
        }
    }

    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static void Exercise(string text)
    {
        if (!CelExpression.TryParse(text, text, new CelLines(text), 0, lenient: true, out var expression, out var errors))
        {
            Assert.NotEmpty(errors);
            return;
        }

        var scope = new CelScope { MaxCost = 10_000 }.Set("a", CelValue.Int(1)).Set("s", CelValue.Opaque("token"));
        var result = expression.Evaluate(scope);
        if (!result.IsError)
            _ = result.Value.ToText();
    }

    private static string Double(string seed, string step, int times, string last = "v")
    {
        var text = new StringBuilder(last);
        for (var i = 0; i < times; i++)
            text.Insert(0, $"cel.bind(v, {step}, ").Append(')');
        return $"cel.bind(v, {seed}, {text})";
    }

    private static string Repeat(string part, int times) => new StringBuilder().Insert(0, part, times).ToString();
}
