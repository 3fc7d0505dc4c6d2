using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sightglass.Core.Definitions;
using Sightglass.Core.Graphs;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

/// <summary>Whatever the bytes are, the answer is a result and never an exception.</summary>
public sealed class ReaderPropertyTests
{
    private const string Signs = " \n:-{}[]\"'&*!#|>%@`,?";

    private static readonly string[] FileNames = ["a.yaml", "a.json", "a"];

    private static readonly string[] Tokens =
    [
        "stages", "id", "needs", "shell", "run", "when", "triggers", "all", "any", "forEach", "then", "else", "type", "branch", "x-a", "<<", ":", ": ", "\n", "\n  ", "\n- ", "- ", "[", "]", "{", "}",
        ",", "\"", "'", "&a ", "*a", "!!str ", "|\n", ">-\n", "#", "${{", "}}", "inputs.x", "stages.a.output", "~", "true", "1", "1e9", "5m", "---", "...", "%YAML 1.2\n", "\\u0000", "\t", "? ", "😀", "\uFFFF",
    ];

    [Fact]
    public void Read_never_throws_on_random_bytes() => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1_000),
        Prop.ForAll(Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf().ToArbitrary(), AssertAnswer));

    [Fact]
    public void Read_never_throws_on_random_tokens() => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(Gen.Elements(Tokens).ArrayOf().ToArbitrary(), tokens => AssertAnswer(Encoding.UTF8.GetBytes(string.Concat(tokens)))));

    [Fact]
    public void Read_never_throws_on_a_mutated_file()
    {
        var yaml = Read.Sample("every-feature.yaml");
        var json = Encoding.UTF8.GetBytes(DefinitionWriter.ToJson(DefinitionReader.Read(yaml, "a.yaml").Definition!));

        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1_000),
            Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
            {
                var random = new Random(seed);
                AssertAnswer(Mutate(random.Next(2) == 0 ? yaml : json, random));
            }));
    }

    [Fact]
    public void Validate_never_throws_on_a_definition_built_of_odd_texts() => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var definition = SomeDefinition.From(seed);

            Assert.All(DefinitionValidator.Validate(definition), problem => Assert.Equal((0, 0, ""), (problem.Line, problem.Column, problem.File)));
            var graph = PipelineGraph.Build(definition);
            Assert.NotEmpty(DotWriter.Write(graph));
            Assert.NotEmpty(MermaidWriter.Write(graph));
        }));

    private static byte[] Mutate(byte[] file, Random random)
    {
        var bytes = new List<byte>(file);
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)); break;
                case 2: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(1, 200))); break;
                default: bytes[at] = (byte)Signs[random.Next(Signs.Length)]; break;
            }

            if (bytes.Count == 0) bytes.Add((byte)'a');
        }

        return [.. bytes];
    }

    private static void AssertAnswer(byte[] bytes)
    {
        foreach (var fileName in FileNames)
        {
            var result = DefinitionReader.Read(bytes, fileName);

            Assert.True(result.Definition is not null || result.Problems.Count > 0);
            Assert.All(result.Problems, problem => Assert.True(problem.Line >= 1 && problem.Column >= 1, problem.ToString()));
            if (result.Definition is not null) Assert.NotNull(PipelineGraph.Build(result.Definition));
        }
    }
}
