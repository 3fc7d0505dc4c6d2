using System.Text.Json;
using Sightglass.Core.Expressions;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

public sealed class EvalBatchTests
{
    [Fact]
    public void Run_answers_each_line_in_order_when_some_are_malformed()
    {
        const string Input = """
            {"expr":"1 + x","vars":{"x":2}}
            {"expr":
            {"vars":{}}
            {"expr":"1 / 0"}

            {"expr":"a.b + 'ü'","vars":{"a":{"b":"x"}}}
            {"expr":"x","vars":[1]}
            {"expr":"'\ud800'"}
            {"expr":"1","vars":null}
            """;
        using var output = new StringWriter();
        EvalBatch.Run(new StringReader(Input), output, typed: false);
        var lines = output.ToString().Split('\n');
        Assert.Equal("""{"value":3}""", lines[0]);
        Assert.Equal(["invalid_request", "invalid_request", "divide_by_zero", "invalid_request"], lines[1..5].Select(Code));
        Assert.Equal("""{"value":"xü"}""", lines[5]);
        Assert.Equal(["invalid_request", "invalid_request"], lines[6..8].Select(Code));
        Assert.Equal(["""{"value":1}""", ""], lines[8..]);
    }

    [Fact]
    public void Run_skips_a_line_beyond_its_limit_and_answers_the_next()
    {
        const string Request = """{"expr":"1 + 1"}""";
        var atLimit = Request + new string(' ', CelLimits.MaxRequestLength - Request.Length);
        using var output = new StringWriter();

        EvalBatch.Run(new StringReader($"{atLimit}\n{atLimit} \n{Request}"), output, typed: false);

        var lines = output.ToString().Split('\n');
        Assert.Equal(("""{"value":2}""", "invalid_request", """{"value":2}"""), (lines[0], Code(lines[1]), lines[2]));
        Assert.Contains($"{CelLimits.MaxRequestLength + 1} characters", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"int":"-9223372036854775808"}""")]
    [InlineData("""{"uint":"18446744073709551615"}""")]
    [InlineData("""{"double":"1.5"}""")]
    [InlineData("""{"double":"NaN"}""")]
    [InlineData("""{"double":"-Infinity"}""")]
    [InlineData("""{"double":"-0"}""")]
    [InlineData("""{"string":"a\n"}""")]
    [InlineData("""{"bytes":"00ff"}""")]
    [InlineData("""{"bool":true}""")]
    [InlineData("""{"null":true}""")]
    [InlineData("""{"type":"int"}""")]
    [InlineData("""{"timestamp":"2024-02-29T12:00:00.000000001Z"}""")]
    [InlineData("""{"duration":"-1.5s"}""")]
    [InlineData("""{"list":[{"int":"1"},{"list":[]}]}""")]
    [InlineData("""{"map":[[{"int":"1"},{"string":"a"}],[{"bool":false},{"map":[]}]]}""")]
    public void Typed_value_returns_as_it_came_when_passed_through(string json) =>
        Assert.Equal($$"""{"value":{{json}}}""", EvalBatch.EvaluateOne("x", $$"""{"x":{{json}}}""", typed: true, out _));

    [Theory]
    [InlineData("1")]
    [InlineData("""{"int":"x"}""")]
    [InlineData("""{"int":"1","uint":"1"}""")]
    [InlineData("""{"bytes":"0"}""")]
    [InlineData("""{"map":[[{"double":"1"},{"int":"1"}]]}""")]
    [InlineData("""{"what":"1"}""")]
    public void Typed_value_is_refused_when_its_tag_or_content_is_wrong(string json)
    {
        var answer = EvalBatch.EvaluateOne("x", $$"""{"x":{{json}}}""", typed: true, out var isError);
        Assert.True(isError);
        Assert.Equal("invalid_request", Code(answer));
    }

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("7u", "7")]
    [InlineData("b'\\x00\\xff'", "\"AP8=\"")]
    [InlineData("timestamp('2024-01-01T00:00:00.5Z')", "\"2024-01-01T00:00:00.5Z\"")]
    [InlineData("duration('1500ms')", "\"1.5s\"")]
    [InlineData("[0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0]", """["NaN","Infinity","-Infinity"]""")]
    [InlineData("{1: 'a', true: 'b', 2u: int}", """{"1":"a","true":"b","2":"int"}""")]
    [InlineData("[optional.of(1), optional.none()]", "[1,null]")]
    [InlineData("big", "123456789012345678901234567890")]
    [InlineData("[type(whole), type(fraction), type(huge)]", """["int","double","double"]""")]
    public void Value_becomes_plain_json_when_written(string text, string json)
    {
        const string Vars = """{"big":123456789012345678901234567890,"whole":9223372036854775807,"fraction":1.0,"huge":9223372036854775808}""";
        using var answer = JsonDocument.Parse(EvalBatch.EvaluateOne(text, Vars, typed: false, out _));
        var value = answer.RootElement.GetProperty("value");
        if (value.ValueKind == JsonValueKind.Number)
            Assert.Equal(JsonDocument.Parse(json).RootElement.GetDouble(), value.GetDouble());
        else
            Assert.Equal(json, value.GetRawText());
    }

    [Fact]
    public void Dotted_variable_is_found_when_a_selection_spells_it()
    {
        Assert.Equal("""{"value":1}""", EvalBatch.EvaluateOne("a.b.c", """{"a.b.c":1,"a.b":{"c":2}}""", typed: false, out _));
        Assert.Equal("""{"value":2}""", EvalBatch.EvaluateOne("a.b.c", """{"a.b":{"c":2},"a":{"b":{"c":3}}}""", typed: false, out _));
    }

    private static string? Code(string line)
    {
        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.GetProperty("code").GetString();
    }
}
