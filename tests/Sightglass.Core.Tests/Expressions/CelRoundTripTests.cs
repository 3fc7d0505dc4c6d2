using System.Text;
using System.Text.Json;
using Sightglass.Core.Expressions;
using Sightglass.Core.Tests.Expressions.Conformance;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

public sealed class CelRoundTripTests
{
    private const int Times = 3_000;

    private static readonly double[] OddDoubles = [0, -0.0, 1e308, double.Epsilon, double.MaxValue, 0.1, 1e21, 123456789012345678, 1e-7];

    [Theory]
    [InlineData("int(string(i)) == i && double(string(d)) == d && uint(string(uint(u))) == uint(u)")]
    [InlineData("string(bytes(s)) == s && base64.decode(base64.encode(bytes(s))) == bytes(s)")]
    [InlineData("timestamp(string(t)) == t && duration(string(p)) == p && (t + p) - p == t && (t + p) - t == p")]
    [InlineData("s.reverse().reverse() == s && s.split('').join() == s && s.split(',').join(',') == s && s.replace(',', ',') == s")]
    [InlineData("s.substring(0, s.size() / 2) + s.substring(s.size() / 2) == s && s.size() == s.split('').size()")]
    [InlineData("l.reverse().reverse() == l && l.slice(0, l.size() / 2) + l.slice(l.size() / 2, l.size()) == l && l.map(x, x) == l")]
    [InlineData("l.sort().sort() == l.sort() && l.sort().size() == l.size() && l.all(x, x in l) && l.distinct().all(x, l.exists(y, x == y))")]
    [InlineData("(i < j) == !(i >= j) && (i == j) == !(i != j) && (i <= j || j <= i) && math.least(i, j) <= math.greatest(i, j)")]
    [InlineData("math.bitNot(math.bitNot(i)) == i && math.bitXor(math.bitXor(i, j), j) == i && (i / 2) * 2 + i % 2 == i")]
    [InlineData("s.matches('^(?s).{' + string(s.size()) + '}$') && s.contains(s.charAt(0)) && s.indexOf(s.charAt(0)) == 0")]
    public void Law_holds_for_random_values(string law)
    {
        var expression = Cel.Parse(law);
        var random = new Random(5);
        for (var i = 0; i < Times; i++)
        {
            var scope = Scope(random);
            var result = expression.Evaluate(scope);
            Assert.True(!result.IsError && result.Value.AsBool, $"{law} fails with {(result.IsError ? result.Error.Message : Show(scope))}");
        }
    }

    [Fact]
    public void Quoted_text_reads_back_as_itself()
    {
        var random = new Random(6);
        for (var i = 0; i < Times; i++)
        {
            var text = Text(random);
            var quoted = Cel.Parse("strings.quote(s)").Evaluate(new CelScope().Set("s", CelValue.String(text))).Value.AsString;
            Assert.Equal(text, Cel.Parse(quoted).Evaluate(new CelScope()).Value.AsString);
        }
    }

    [Fact]
    public void Tagged_JSON_keeps_every_value()
    {
        var random = new Random(8);
        for (var i = 0; i < Times; i++)
        {
            var value = Value(random, 4);
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
                TypedJson.Write(writer, value);
            using var document = JsonDocument.Parse(stream.ToArray());
            Assert.True(ConformanceValue.AreSame(value, TypedJson.Read(document.RootElement)), Encoding.UTF8.GetString(stream.ToArray()));
        }
    }

    private static CelScope Scope(Random random) => new CelScope()
        .Set("i", CelValue.Int(Whole(random)))
        .Set("j", CelValue.Int(Whole(random)))
        .Set("u", CelValue.Int(Whole(random) & long.MaxValue))
        .Set("d", CelValue.Double(Number(random)))
        .Set("s", CelValue.String("s" + Text(random)))
        .Set("l", CelValue.List(Enumerable.Range(0, random.Next(9)).Select(_ => CelValue.Int(random.Next(6)))))
        .Set("t", CelValue.FromUnix(random.NextInt64(-60_000_000_000, 250_000_000_000), random.Next(1_000_000_000)))
        .Set("p", CelValue.FromNanoseconds(random.NextInt64(-1_000_000_000_000_000_000, 1_000_000_000_000_000_000)));

    private static string Show(CelScope scope) => string.Join(", ", "ijudsltp".Select(name => Cel.Parse($"{name}").Evaluate(scope).Value.ToText()));

    private static long Whole(Random random) => random.Next(3) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => random.Next(-9, 9),
        _ => 1L << random.Next(64),
    };

    private static double Number(Random random) =>
        random.Next(3) == 0 ? OddDoubles[random.Next(OddDoubles.Length)] : (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30));

    private static string Text(Random random)
    {
        string[] parts = ["a", "Z", "é", "\U0001F600", ",", "\"", "\\", "\n", "\t", "\0", "'", " ", "\u2028", "日"];
        return string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static CelValue Value(Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 13 : 9))
        {
            case 0: return CelValue.Null;
            case 1: return CelValue.Bool(random.Next(2) == 0);
            case 2: return CelValue.Int(Whole(random));
            case 3: return CelValue.Uint((ulong)Whole(random));
            case 4: return CelValue.Double(Number(random));
            case 5: return CelValue.String(Text(random));
            case 6: return CelValue.Bytes(Encoding.UTF8.GetBytes(Text(random)));
            case 7: return CelValue.FromUnix(random.NextInt64(-60_000_000_000, 250_000_000_000), random.Next(1_000_000_000));
            case 8: return CelValue.FromNanoseconds(Whole(random));
            case 9: return CelValue.OptionalOf(Value(random, depth - 1));
            case 10: return CelValue.OptionalNone;
            case 11: return CelValue.List(Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1)));
            default:
                return CelValue.Map(Enumerable.Range(0, random.Next(4)).Select(_ => KeyValuePair.Create(Text(random), Value(random, depth - 1))));
        }
    }
}
