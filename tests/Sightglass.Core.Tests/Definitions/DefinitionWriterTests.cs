using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class DefinitionWriterTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void Yaml_reads_back_as_the_same_definition() => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Seeds, seed => AssertSame(SomeDefinition.From(seed), DefinitionWriter.ToYaml, "p.yaml")));

    [Fact]
    public void Json_reads_back_as_the_same_definition() => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Seeds, seed => AssertSame(SomeDefinition.From(seed), DefinitionWriter.ToJson, "p.json")));

    [Theory]
    [InlineData(881302823)]
    public void Odd_definitions_read_back_as_the_same(int seed)
    {
        AssertSame(SomeDefinition.From(seed), DefinitionWriter.ToYaml, "p.yaml");
    }

    [Fact]
    public void Every_feature_of_the_format_reads_back_as_the_same()
    {
        var definition = DefinitionReader.Read(Read.Sample("every-feature.yaml"), "a.yaml").Definition!;

        AssertSame(definition, DefinitionWriter.ToYaml, "a.yaml");
        AssertSame(definition, DefinitionWriter.ToJson, "a.json");
    }

    [Fact]
    public void Yaml_looks_as_people_write_it()
    {
        const string Yaml = """
            id: test
            name: A test
            version: "3"
            inputs:
              name:
                required: true
            stages:
              - id: a
                type: shell
                timeout: 1h30m
                shell:
                  run: |
                    set -e
                    ./check.sh "$NAME"
                  env:
                    NAME: "${{ inputs.name }}"
                    URL: https://example.com/x
                    ANSWER: "yes"
              - id: b
                type: data
                needs: [a]
                when: stages.a.output.exitCode == 0 && inputs.name != 'x'
                data:
                  value: '{"a": 1}'
                x-note:
                  - - 1
                    - a: null
                  - []
                  - {}

            """;

        Assert.Equal(Yaml, DefinitionWriter.ToYaml(Read.Yaml(Yaml).Definition!), ignoreLineEndingDifferences: true);
    }

    private static void AssertSame(PipelineDefinition definition, Func<PipelineDefinition, string> write, string fileName)
    {
        var written = write(definition);
        var read = DefinitionReader.Read(Encoding.UTF8.GetBytes(written), fileName);
        Assert.True(read.Definition is not null, string.Join('\n', read.Problems) + "\n" + written);
        Assert.Equal(Encoding.UTF8.GetString(DefinitionJson.Write(definition)), Encoding.UTF8.GetString(DefinitionJson.Write(read.Definition)));
    }
}
