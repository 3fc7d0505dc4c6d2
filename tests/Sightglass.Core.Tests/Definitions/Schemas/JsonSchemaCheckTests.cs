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

    [Fact]
    public void Pattern_that_takes_too_long_is_a_problem_and_no_hang() =>
        Assert.Contains("takes too long", Assert.Single(Check("""{"pattern":"^(a+)+$"}""", $"\"{new string('a', 40)}b\"")), StringComparison.Ordinal);

    [Fact]
    public void Problems_are_bounded() => Assert.InRange(Check("""{"items":{"type":"string"}}""", $"[{string.Join(',', Enumerable.Range(0, 1000))}]").Count, 1, 20);

    [Fact]
    public void Keywords_that_are_not_checked_are_known() =>
        Assert.Equal(["$ref", "oneOf"], JsonSchemaCheck.Unchecked(JsonElement.Parse("""{"title":"x","oneOf":[],"properties":{"a":{"$ref":"#"}}}""")));

    private static IReadOnlyList<string> Check(string schema, string value) => JsonSchemaCheck.Check(JsonElement.Parse(schema), JsonElement.Parse(value));
}
