using System.Text;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class DefinitionReaderTests
{
    private static readonly DefinitionReadOptions World = new() { HasDefaultModel = true, SharedPersonalities = ["reviewer"] };

    [Fact]
    public void Read_takes_every_feature_of_the_format()
    {
        var result = DefinitionReader.Read(Read.Sample("every-feature.yaml"), "every-feature.yaml", World);

        Assert.Empty(result.Problems);
        Assert.True(result.IsValid);
        var definition = result.Definition!;
        Assert.Equal("prompt-tuner", definition.Id);
        Assert.Equal("3", definition.Version);
        Assert.Equal(["analyze", "complete", "fetch", "rewrite", "check", "merge", "publish"], definition.Stages.Select(stage => stage.Id));
        Assert.Equal("strict", definition.Stages[4].Shell!.Env["MODE"]);
        Assert.Equal(0.1, definition.Stages[0].Agent!.Model!.Temperature);
        Assert.Equal(WhenFull.Queue, definition.Concurrency!.WhenFull);
        Assert.Equal("reject", definition.Stages[6].Triggers!.All![1].Any![1].Approval!.OnTimeout);
    }

    [Fact]
    public void Read_gives_the_same_definition_from_json()
    {
        var yaml = Read.Yaml("stages:\n  - id: a\n    shell: { run: 'true', env: { N: 1, B: true } }\n    timeout: 5m\n");
        var json = Read.Json("""{"stages":[{"id":"a","shell":{"run":"true","env":{"N":1,"B":true}},"timeout":"5m"}]}""");

        Assert.True(yaml.IsValid);
        Assert.Equal(Text(yaml.Definition!), Text(json.Definition!));
    }

    [Theory]
    [InlineData("My Pipeline.yaml", "My-Pipeline")]
    [InlineData("sub/a_b.yml", "a-b")]
    [InlineData("....json", "pipeline")]
    public void Id_comes_from_the_file_name_when_absent(string fileName, string id)
    {
        var result = DefinitionReader.Read("{\"stages\":[{\"id\":\"a\",\"shell\":{\"run\":\"true\"}}]}"u8.ToArray(), fileName);

        Assert.Equal(id, result.Definition!.Id);
    }

    [Theory]
    [InlineData("version: 3", "3")]
    [InlineData("version: 1.10", "1.10")]
    [InlineData("version: 007", "007")]
    [InlineData("version: 'null'", "null")]
    [InlineData("version: true", "true")]
    [InlineData("version: ~", null)]
    public void Text_members_keep_scalars_as_written(string line, string? version)
    {
        var result = Read.Yaml(line + "\nstages:\n  - { id: a, shell: { run: 'true' } }\n");

        Assert.Empty(result.Problems);
        Assert.Equal(version, result.Definition!.Version);
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("+1", "1")]
    [InlineData("007", "7")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("-01.50e+3", "-1.50e+3")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("1e3", "1e3")]
    [InlineData("true", "true")]
    [InlineData("yes", "\"yes\"")]
    [InlineData(".inf", "\".inf\"")]
    [InlineData("1e999", "\"1e999\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("2024-01-02", "\"2024-01-02\"")]
    [InlineData("'1'", "\"1\"")]
    [InlineData("!!str 1", "\"1\"")]
    [InlineData("null", "null")]
    [InlineData("[1, {a: ~}]", "[1,{\"a\":null}]")]
    public void Free_values_are_typed_by_the_core_schema(string yaml, string json)
    {
        var result = Read.Yaml($"x-value: {yaml}\nstages:\n  - {{ id: a, shell: {{ run: 'true' }} }}\n");

        Assert.Empty(result.Problems);
        Assert.Equal(json, result.Definition!.Extensions!["x-value"].GetRawText());
    }

    [Fact]
    public void Aliases_and_merge_keys_stand_for_what_they_name()
    {
        var result = Read.Yaml("""
            x-base: &base { timeout: 5m, priority: low }
            stages:
              - { id: a, <<: *base, priority: high, shell: &shell { run: 'true' } }
              - { id: b, <<: [*base], shell: *shell }
            """);

        Assert.Empty(result.Problems);
        Assert.Equal([StagePriority.High, StagePriority.Low], result.Definition!.Stages.Select(stage => stage.Priority!.Value));
        Assert.All(result.Definition.Stages, stage => Assert.Equal("5m", stage.Timeout.ToString()));
        Assert.Equal("true", result.Definition.Stages[1].Shell!.Run);
    }

    private static string Text(PipelineDefinition definition) => Encoding.UTF8.GetString(DefinitionJson.Write(definition));
}
