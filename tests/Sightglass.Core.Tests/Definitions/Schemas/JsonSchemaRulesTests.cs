using System.Text.Json;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions.Schemas;

public sealed class JsonSchemaRulesTests
{
    [Theory]
    [InlineData("""{"type":"text"}""", ProblemCodes.UnknownValue, "type", "object, array, string")]
    [InlineData("""{"type":["string","nul"]}""", ProblemCodes.UnknownValue, "type", "'null'")]
    [InlineData("""{"type":1}""", ProblemCodes.WrongType, "type", null)]
    [InlineData("""{"required":"a"}""", ProblemCodes.WrongType, "required", null)]
    [InlineData("""{"required":[1]}""", ProblemCodes.WrongType, "required", null)]
    [InlineData("""{"properties":[]}""", ProblemCodes.WrongType, "properties", null)]
    [InlineData("""{"properties":{"a":{"items":[{}]}}}""", ProblemCodes.WrongType, "properties.a.items", "JSON Schema")]
    [InlineData("""{"enum":[]}""", ProblemCodes.WrongType, "enum", null)]
    [InlineData("""{"anyOf":{}}""", ProblemCodes.WrongType, "anyOf", null)]
    [InlineData("""{"anyOf":[true,{"minimum":"1"}]}""", ProblemCodes.WrongType, "anyOf[1].minimum", null)]
    [InlineData("""{"multipleOf":0}""", ProblemCodes.WrongType, "multipleOf", null)]
    [InlineData("""{"maxItems":1.5}""", ProblemCodes.WrongType, "maxItems", null)]
    [InlineData("""{"minLength":-1}""", ProblemCodes.WrongType, "minLength", null)]
    [InlineData("""{"pattern":"(?=a)"}""", ProblemCodes.UnknownValue, "pattern", "RE2")]
    [InlineData("""{"additionalProperties":"no"}""", ProblemCodes.WrongType, "additionalProperties", "JSON Schema")]
    [InlineData("1", ProblemCodes.WrongType, "", "JSON Schema")]
    public void Schema_is_refused_when_a_keyword_means_nothing(string schema, string code, string path, string? suggestion)
    {
        var problem = Assert.Single(JsonSchemaRules.Find(JsonElement.Parse(schema)));
        Assert.Equal((code, path, null), (problem.Code, problem.Path, problem.Unchecked));
        Assert.Contains(suggestion ?? "", problem.Suggestion ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"requird":["a"]}""", "requird", "'required'")]
    [InlineData("""{"properties":{"a":{"oneOf":[]}}}""", "properties.a.oneOf", "remove it")]
    [InlineData("""{"items":{"$ref":"#"}}""", "items.$ref", "remove it")]
    public void Keyword_is_told_of_when_it_is_not_checked(string schema, string path, string suggestion)
    {
        var problem = Assert.Single(JsonSchemaRules.Find(JsonElement.Parse(schema)));
        Assert.Equal((ProblemCodes.UnknownKey, path), (problem.Code, problem.Path));
        Assert.NotNull(problem.Unchecked);
        Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("""{"title":"t","description":"d","format":"uri","default":1,"examples":[],"$schema":"s","$comment":"c","x-mine":1}""")]
    [InlineData("""{"type":["object","null"],"required":["a"],"properties":{"a":{"enum":[1]},"oneOf":{"const":null}},"additionalProperties":false}""")]
    [InlineData("""{"anyOf":[{"items":{"multipleOf":0.1,"minimum":-1}},{"pattern":"^\\p{L}+$","minLength":0,"maxLength":9}]}""")]
    public void Schema_is_accepted_when_all_of_it_is_checked_or_a_note(string schema) => Assert.Empty(JsonSchemaRules.Find(JsonElement.Parse(schema)));

    [Fact]
    public void Problems_are_bounded_when_a_schema_is_deep_or_has_many()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"items":""", 60)) + "{}" + new string('}', 60);
        Assert.Empty(JsonSchemaRules.Find(JsonElement.Parse(deep)));
        var text = string.Concat(Enumerable.Repeat("""{"items":""", 90)) + "{}" + new string('}', 90);
        using var deeper = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 200 });
        Assert.Equal(ProblemCodes.TooDeep, Assert.Single(JsonSchemaRules.Find(deeper.RootElement)).Code);
        var many = $"{{{string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"k{i}\":1"))}}}";
        Assert.Equal(100, JsonSchemaRules.Find(JsonElement.Parse(many)).Count);
    }

    [Fact]
    public void Validator_tells_of_a_schema_with_its_place()
    {
        var result = Read.Yaml("stages:\n  - id: a\n    shell: { run: x }\n    output:\n      format: json\n      schema:\n        typ: object\n        properties: { n: { minimum: low } }");
        var problems = result.Problems.Where(problem => problem.Path.Contains("schema", StringComparison.Ordinal)).ToList();
        Assert.Equal([ProblemCodes.UnknownKey, ProblemCodes.WrongType], problems.Select(problem => problem.Code));
        Assert.Equal([ProblemSeverity.Warning, ProblemSeverity.Error], problems.Select(problem => problem.Severity));
        Assert.Equal([7, 8], problems.Select(problem => problem.Line));
    }
}
