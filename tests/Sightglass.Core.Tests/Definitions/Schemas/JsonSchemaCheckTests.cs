using System.Text.Json;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions.Schemas;

public sealed class JsonSchemaCheckTests
{
    [Theory]
    [InlineData("""{"type":"object"}""", """{}""")]
    [InlineData("""{"type":["string","null"]}""", "null")]
    [InlineData("""{"type":"integer"}""", "3.0")]
    [InlineData("""{"enum":[1,"a"]}""", "1.0")]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[1]}""")]
    [InlineData("""{"pattern":"^a+$"}""", "\"aaa\"")]
    [InlineData("""{"maxLength":1}""", "\"😀\"")]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "6")]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1}""")]
    [InlineData("""{"minimum":1}""", "\"not a number\"")]
    [InlineData("true", "1")]
    public void Value_fits(string schema, string value) => Assert.Empty(Check(schema, value));

    [Theory]
    [InlineData("""{"type":"object"}""", "[]", "$ must be object, it is array")]
    [InlineData("""{"type":["string","null"]}""", "1", "$ must be string or null, it is number")]
    [InlineData("""{"type":"integer"}""", "1.5", "$ must be integer, it is number")]
    [InlineData("""{"required":["a","b"]}""", """{"a":1}""", "$ lacks 'b'")]
    [InlineData("""{"properties":{"a":{"items":{"type":"string"}}}}""", """{"a":["x",1]}""", "$.a[1] must be string, it is number")]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"", """$ must be one of ["a","b"]""")]
    [InlineData("""{"const":1}""", "2", "$ must be 1")]
    [InlineData("""{"minimum":1}""", "0", "$ must be at least 1")]
    [InlineData("""{"exclusiveMaximum":1}""", "1", "$ must be less than 1")]
    [InlineData("""{"multipleOf":0.1}""", "0.35", "$ must be a multiple of 0.1")]
    [InlineData("""{"minItems":2}""", "[1]", "$ must have at least 2 items, it has 1")]
    [InlineData("""{"maxLength":2}""", "\"abc\"", "$ must have at most 2 characters, it has 3")]
    [InlineData("""{"pattern":"^a+$"}""", "\"b\"", "$ does not match the pattern \"^a+$\"")]
    [InlineData("""{"pattern":"("}""", "\"b\"", "the pattern \"(\" of $ is no regular expression")]
    [InlineData("""{"additionalProperties":false,"properties":{"a":true}}""", """{"b":1}""", "$.b must not be there")]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"b":1}""", "$.b must be string, it is number")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"object","required":["a","b"]}]}""", "{}", "$ fits none of 'anyOf'; nearest: $ must be string, it is object")]
    public void Value_does_not_fit_and_the_problem_says_where(string schema, string value, string problem) => Assert.Equal([problem], Check(schema, value));

    [Theory]
    [InlineData("""{"minimum":9007199254740993}""", "9007199254740992", 1)]
    [InlineData("""{"multipleOf":0.01}""", "1234567.89", 0)]
    [InlineData("""{"type":"integer","maximum":1e30}""", "1e31", 1)]
    [InlineData("""{"type":"integer"}""", "1e400", 1)]
    [InlineData("""{"enum":[0.1]}""", "1e-1", 0)]
    [InlineData("""{"multipleOf":1e-20}""", "1e20", 0)]
    public void Number_is_compared_exactly(string schema, string value, int problems) => Assert.Equal(problems, Check(schema, value).Count);

    [Theory]
    [InlineData("""{"pattern":"^(a+)+$"}""", "")]
    [InlineData("""{"pattern":"^(a|aa|b?)*c$"}""", "")]
    public void Pattern_is_no_hang_when_another_engine_would_try_for_ever(string schema, string prefix) =>
        Assert.Contains("does not match", Assert.Single(Check(schema, $"\"{prefix}{new string('a', 5_000)}!\"")), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"items":{"pattern":"(a?){300}a{300}b"}}""", "a", 1_000)]
    [InlineData("""{"items":{"enum":[WORDS]}}""", "b", 1_000)]
    [InlineData("""{"items":{"anyOf":[ANY]}}""", "b", 100)]
    public void Check_is_stopped_when_schema_and_value_are_large_together(string schema, string letter, int length)
    {
        var words = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{new string('b', 20)}{i}\""));
        var any = string.Join(',', Enumerable.Repeat("""{"anyOf":[{"anyOf":[{"type":"null"},{"const":1}]},{"type":"null"}]}""", 20_000));
        var items = string.Join(',', Enumerable.Repeat($"\"{new string(letter[0], length)}\"", 2_000));
        var problems = Check(schema.Replace("WORDS", words, StringComparison.Ordinal).Replace("ANY", any, StringComparison.Ordinal), $"[{items}]");
        Assert.InRange(problems.Count, 1, JsonSchemaLimits.MaxProblems);
        Assert.All(problems, problem => Assert.InRange(problem.Length, 1, 3_000));
    }

    [Fact]
    public void Check_says_so_when_it_takes_too_many_steps()
    {
        var schema = $"{{\"properties\":{{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"k{i}\":true"))}}}}}";
        var value = $"{{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"v{i}\":1"))}}}";
        Assert.Contains("too many steps", Assert.Single(Check(schema, value)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("[{\"a\\udc00\":\"\\ud800\"}]")]
    public void Half_a_surrogate_pair_is_no_crash(string value)
    {
        string[] schemas =
        [
            """{"pattern":"^b$","items":{"required":["a"],"properties":{"a":{"pattern":"x"}}}}""",
            """{"enum":["\ud801",{"\ud800":1},[{"a":1}]]}""",
            """{"required":["a"],"properties":{"b":{"minLength":1}},"additionalProperties":false,"items":{"additionalProperties":{"minLength":2}}}""",
        ];
        Assert.All(schemas, schema => Assert.Null(Record.Exception(() => Check(schema, value))));
        Assert.Contains(schemas, schema => Check(schema, value).Count > 0);
    }

    [Fact]
    public void Check_never_throws_on_random_schemas_and_values()
    {
        var random = new Random(3);
        var (fits, misses) = (0, 0);
        for (var i = 0; i < 4_000; i++)
        {
            var (schema, value) = (SomeSchema(random, 4), SomeValue(random, 4));
            _ = JsonSchemaRules.Find(JsonElement.Parse(schema));
            if (Check(schema, value).Count == 0)
                fits++;
            else
                misses++;
        }

        Assert.InRange(fits, 200, 3_800);
        Assert.InRange(misses, 200, 3_800);
    }

    [Fact]
    public void Problems_are_bounded() => Assert.InRange(Check("""{"items":{"type":"string"}}""", $"[{string.Join(',', Enumerable.Range(0, 1000))}]").Count, 1, 20);

    private static IReadOnlyList<string> Check(string schema, string value) => JsonSchemaCheck.Check(JsonElement.Parse(schema), JsonElement.Parse(value));

    private static string SomeSchema(Random random, int depth)
    {
        if (depth == 0 || random.Next(8) == 0)
            return random.Next(4) switch { 0 => "true", 1 => "false", 2 => "{}", _ => SomeValue(random, 1) };
        string Inner() => SomeSchema(random, depth - 1);
        string[] keywords =
        [
            """ "type":"object" """, """ "type":["string","number"] """, """ "type":"integer" """, """ "required":["a"] """, """ "pattern":"^a*$" """,
            """ "minimum":1 """, """ "maximum":1e999 """, """ "maxLength":2 """, """ "minItems":1 """, """ "multipleOf":0.5 """, """ "pattern":"(" """,
            $" \"enum\":[{SomeValue(random, 2)},{SomeValue(random, 1)}] ", $" \"const\":{SomeValue(random, 2)} ", $" \"items\":{Inner()} ",
            $" \"properties\":{{\"a\":{Inner()},\"b\":{Inner()}}} ", $" \"additionalProperties\":{Inner()} ", $" \"anyOf\":[{Inner()},{Inner()}] ",
            $" \"{Word(random)}\":{SomeValue(random, 1)} ",
        ];
        return $"{{{string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => keywords[random.Next(keywords.Length)]))}}}";
    }

    private static string SomeValue(Random random, int depth) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => "null",
        1 => "true",
        2 => "-1.5e3",
        3 => "9007199254740993",
        4 => $"\"{Word(random)}\"",
        5 => "0",
        6 => $"[{SomeValue(random, depth - 1)},{SomeValue(random, depth - 1)}]",
        _ => $"{{\"{Word(random)}\":{SomeValue(random, depth - 1)},\"a\":{SomeValue(random, depth - 1)}}}",
    };

    private static string Word(Random random)
    {
        string[] words = ["a", "b", "type", "required", "\\ud800", "é😀", "", "minimum", "anyOf"];
        return words[random.Next(words.Length)];
    }
}
