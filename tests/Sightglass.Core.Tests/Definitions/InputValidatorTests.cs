using System.Text.Json;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class InputValidatorTests
{
    private const string Declared = """
        inputs:
          language: { default: en, enum: [en, de] }
          prompt: { required: true, description: The prompt to improve }
          count: { type: integer, default: 3 }
          ratio: { type: number }
          deep: { type: boolean }
          map: { type: object }
          list: { type: array }
          free: { type: any }
        """;

    [Theory]
    [InlineData("\"hi\"", """{"language":"en","prompt":"hi","count":3}""")]
    [InlineData("""{"prompt":"hi","count":5,"ratio":1.5,"deep":true,"map":{"a":1},"list":[1],"free":null}""", """{"language":"en","prompt":"hi","count":5,"ratio":1.5,"deep":true,"map":{"a":1},"list":[1],"free":null}""")]
    [InlineData("""{"prompt":"hi","language":null,"ratio":null}""", """{"language":"en","prompt":"hi","count":3}""")]
    [InlineData("""{"count":2.0,"prompt":" "}""", """{"language":"en","prompt":" ","count":2.0}""")]
    public void Input_is_bound_with_defaults_in_the_order_declared(string input, string bound)
    {
        Assert.Empty(Bind(Declared, input, null, out var value));
        Assert.Equal(bound, value);
    }

    [Theory]
    [InlineData(null, ProblemCodes.MissingInput, "inputs.prompt", "The prompt to improve")]
    [InlineData("{}", ProblemCodes.MissingInput, "inputs.prompt", "The prompt to improve")]
    [InlineData("\"\"", ProblemCodes.MissingInput, "inputs.prompt", "The prompt to improve")]
    [InlineData("""{"prompt":null}""", ProblemCodes.MissingInput, "inputs.prompt", "The prompt to improve")]
    [InlineData("""{"prompt":"x","promt":1}""", ProblemCodes.UnknownInput, "inputs.promt", "prompt")]
    [InlineData("""{"prompt":"x","zzzzzz":1}""", ProblemCodes.UnknownInput, "inputs.zzzzzz", "language, prompt")]
    [InlineData("""{"prompt":1}""", ProblemCodes.WrongType, "inputs.prompt", null)]
    [InlineData("""{"prompt":"x","count":1.5}""", ProblemCodes.WrongType, "inputs.count", null)]
    [InlineData("""{"prompt":"x","count":"1"}""", ProblemCodes.WrongType, "inputs.count", null)]
    [InlineData("""{"prompt":"x","deep":"true"}""", ProblemCodes.WrongType, "inputs.deep", null)]
    [InlineData("""{"prompt":"x","map":[]}""", ProblemCodes.WrongType, "inputs.map", null)]
    [InlineData("""{"prompt":"x","list":{}}""", ProblemCodes.WrongType, "inputs.list", null)]
    [InlineData("""{"prompt":"x","language":"fr"}""", ProblemCodes.UnknownValue, "inputs.language", "en, de")]
    [InlineData("""{"prompt":"x","language":"dee"}""", ProblemCodes.UnknownValue, "inputs.language", "'de'")]
    public void Input_is_refused_with_what_to_give(string? input, string code, string path, string? suggestion)
    {
        var problem = Assert.Single(Bind(Declared, input, null, out _));

        Assert.Equal((code, path), (problem.Code, problem.Path));
        if (suggestion is not null) Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Input_is_refused_when_it_is_neither_text_nor_map()
    {
        Assert.Contains(Bind(Declared, "[1]", null, out _), problem => problem is { Code: ProblemCodes.WrongType, Path: "inputs" });
    }

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        Assert.Equal(["inputs.nobody", "inputs.prompt", "inputs.count"], Bind(Declared, """{"count":"x","nobody":1}""", null, out _).Select(problem => problem.Path));
    }

    [Theory]
    [InlineData("inputs: { a: {}, b: {} }", """{"a":"hi"}""")]
    [InlineData("inputs: { a: {}, b: { required: true } }", """{"b":"hi"}""")]
    [InlineData("x-none: 1", """{"input":"hi"}""")]
    public void Text_fills_the_only_required_input_else_the_first(string inputs, string bound)
    {
        Assert.Empty(Bind(inputs, "\"hi\"", null, out var value));
        Assert.Equal(bound, value);
    }

    [Fact]
    public void Text_fills_the_first_input_when_several_are_required()
    {
        var problem = Assert.Single(Bind("inputs: { a: { required: true }, b: { required: true } }", "\"hi\"", null, out _));

        Assert.Equal("inputs.b", problem.Path);
    }

    [Fact]
    public void Map_is_taken_whole_when_nothing_is_declared()
    {
        Assert.Empty(Bind("x-none: 1", """{"a":1,"b":[2]}""", null, out var value));
        Assert.Equal("""{"a":1,"b":[2]}""", value);
    }

    [Fact]
    public void Sets_are_converted_to_the_type_declared()
    {
        var sets = new Dictionary<string, string>
        {
            ["prompt"] = "12", ["count"] = "5", ["ratio"] = "0.5", ["deep"] = "true", ["map"] = "{\"a\":1}", ["list"] = "[1]", ["free"] = "no JSON",
        };

        Assert.Empty(Bind(Declared, """{"prompt":"x"}""", sets, out var value));
        Assert.Equal("""{"language":"en","prompt":"12","count":5,"ratio":0.5,"deep":true,"map":{"a":1},"list":[1],"free":"no JSON"}""", value);
    }

    [Theory]
    [InlineData("count", "many", ProblemCodes.WrongType)]
    [InlineData("deep", "yes", ProblemCodes.WrongType)]
    [InlineData("map", "[1]", ProblemCodes.WrongType)]
    [InlineData("coutn", "1", ProblemCodes.UnknownInput)]
    public void Sets_are_refused_when_they_do_not_fit(string name, string text, string code)
    {
        var problem = Assert.Single(Bind(Declared, "\"hi\"", new Dictionary<string, string> { [name] = text }, out _));

        Assert.Equal((code, "inputs." + name), (problem.Code, problem.Path));
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_character()
    {
        Assert.Empty(Bind("x-none: 1", null, new Dictionary<string, string> { ["a"] = "x\uD800" }, out var value));
        Assert.Equal("x\uFFFD", JsonDocument.Parse(value).RootElement.GetProperty("a").GetString());
    }

    private static IReadOnlyList<Problem> Bind(string inputs, string? input, Dictionary<string, string>? sets, out string bound)
    {
        var definition = Read.Yaml(inputs + "\nstages: [{ id: a, shell: { run: x } }]\n").Definition!;
        var problems = InputValidator.Bind(definition, input is null ? null : JsonDocument.Parse(input).RootElement, sets, out var element);
        bound = element.GetRawText();
        return problems;
    }
}
