using System.Text;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

/// <summary>Files that mean harm, or are none.</summary>
public sealed class HostileFileTests
{
    private const string Stage = "stages:\n  - { id: a, shell: { run: 'true' } }\n";

    [Theory]
    [InlineData("noise.yaml")]
    [InlineData("noise.json")]
    [InlineData("noise")]
    public void Noise_is_a_problem_when_it_is_a_megabyte_of_bytes(string fileName)
    {
        var noise = new byte[1024 * 1024];
        new Random(17).NextBytes(noise);

        var result = DefinitionReader.Read(noise, fileName);

        Assert.Null(result.Definition);
        Assert.Equal(ProblemCodes.NotText, Assert.Single(result.Problems).Code);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[{")]
    [InlineData("{a: ")]
    [InlineData("a: [")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("!")]
    [InlineData("&a ")]
    [InlineData("*")]
    [InlineData("%")]
    [InlineData("|\n")]
    [InlineData("# ")]
    [InlineData("a\n")]
    [InlineData("a: b\n")]
    [InlineData("\t")]
    [InlineData("---\n")]
    [InlineData("...\n")]
    [InlineData(": ")]
    [InlineData(",")]
    [InlineData("a: &a [*a, *a]\n")]
    [InlineData("\u2028")]
    [InlineData("\"\\")]
    [InlineData("{\"a\":")]
    [InlineData("[[],")]
    [InlineData("0")]
    [InlineData("😀")]
    public void Noise_is_a_problem_when_one_piece_repeats_for_a_megabyte(string piece)
    {
        var text = new StringBuilder(1024 * 1024);
        while (text.Length + piece.Length <= 500_000) text.Append(piece);
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        Array.Resize(ref bytes, Math.Min(bytes.Length, 1024 * 1024 - 4));

        foreach (var name in (string[])["a.yaml", "a.json", "a"])
        {
            var result = DefinitionReader.Read(bytes, name);

            Assert.False(result.IsValid);
            Assert.InRange(result.Problems.Count, 1, 1_000);
        }
    }

    [Fact]
    public void File_is_refused_when_it_is_larger_than_a_megabyte()
    {
        var result = Read.Yaml(Stage + "# " + new string('x', 1024 * 1024));

        Assert.Equal(ProblemCodes.TooLarge, Assert.Single(result.Problems).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n")]
    [InlineData("---\n")]
    [InlineData("~")]
    [InlineData("\uFEFF")]
    public void File_is_a_problem_when_it_holds_nothing(string text)
    {
        Assert.Equal(ProblemCodes.Empty, Assert.Single(Read.Yaml(text).Problems).Code);
    }

    [Fact]
    public void Control_characters_are_told_with_their_place()
    {
        var problem = Assert.Single(Read.Yaml(Stage + "name: a\0b\n").Problems);

        Assert.Equal((ProblemCodes.NotText, 3, 8), (problem.Code, problem.Line, problem.Column));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(50_000, false)]
    public void Yaml_nests_64_levels_and_no_more(int levels, bool isValid)
    {
        // The pipeline itself is the first level.
        var result = Read.Yaml("x-deep: " + new string('[', levels - 1) + new string(']', levels - 1) + "\n" + Stage);

        AssertDepth(result, isValid);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(50_000, false)]
    public void Yaml_blocks_nest_64_levels_and_no_more(int levels, bool isValid)
    {
        var result = Read.Yaml(Stage + "x-deep:\n  " + string.Concat(Enumerable.Repeat("- ", levels - 1)) + "1\n");

        AssertDepth(result, isValid);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(66, false)]
    [InlineData(200_000, false)]
    public void Json_nests_64_levels_and_no_more(int levels, bool isValid)
    {
        var result = Read.Json("{\"x-deep\":" + new string('[', levels - 1) + new string(']', levels - 1) + ",\"stages\":[{\"id\":\"a\",\"shell\":{\"run\":\"true\"}}]}");

        AssertDepth(result, isValid);
    }

    [Fact]
    public void Aliases_count_with_the_depth_of_what_they_name()
    {
        var deep = new string('[', 40) + new string(']', 40);
        var result = Read.Yaml($"x-a: &a {deep}\nx-b: {new string('[', 40)}*a{new string(']', 40)}\n{Stage}");

        AssertDepth(result, isValid: false);
    }

    [Fact]
    public void Alias_bomb_is_refused()
    {
        var bomb = new StringBuilder("x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var i = 1; i < 30; i++) bomb.Append($"x-{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");

        var problem = Assert.Single(Read.Yaml(bomb + Stage).Problems);

        Assert.Equal(ProblemCodes.AliasLimit, problem.Code);
    }

    [Fact]
    public void Alias_bomb_is_refused_when_it_is_one_long_text()
    {
        var result = Read.Yaml($"x-0: &a {new string('x', 100_000)}\nx-1: [{string.Join(", ", Enumerable.Repeat("*a", 11))}]\n{Stage}");

        Assert.Equal(ProblemCodes.AliasLimit, Assert.Single(result.Problems).Code);
    }

    [Fact]
    public void Merge_bomb_is_refused()
    {
        var bomb = new StringBuilder("x-0: &a0 { a: [1, 2, 3, 4, 5, 6, 7, 8, 9] }\n");
        for (var i = 1; i < 30; i++) bomb.Append($"x-{i}: &a{i} {{ a: {{ <<: *a{i - 1} }}, b: {{ <<: *a{i - 1} }}, c: *a{i - 1}, d: *a{i - 1} }}\n");

        Assert.Equal(ProblemCodes.AliasLimit, Assert.Single(Read.Yaml(bomb + Stage).Problems).Code);
    }

    [Theory]
    [InlineData("x-a: *nobody", ProblemCodes.UnknownAlias)]
    [InlineData("x-a: &self [*self]", ProblemCodes.UnknownAlias)]
    [InlineData("x-a: !!binary aGk=", ProblemCodes.TagRefused)]
    [InlineData("x-a: !mine { a: 1 }", ProblemCodes.TagRefused)]
    [InlineData("x-a: !<tag:example.com,2000:x> [1]", ProblemCodes.TagRefused)]
    [InlineData("!!python/object x-a: 1", ProblemCodes.TagRefused)]
    [InlineData("x-a: !!int many", ProblemCodes.WrongType)]
    [InlineData("x-a: 1\nx-a: 2", ProblemCodes.DuplicateKey)]
    [InlineData("? [a, b]\n: 1", ProblemCodes.BadKey)]
    [InlineData("x-a: 1\n---\nx-b: 2", ProblemCodes.SeveralDocuments)]
    [InlineData("x-a: { <<: 1 }", ProblemCodes.WrongType)]
    [InlineData("x-a: 'open", ProblemCodes.BadYaml)]
    [InlineData("x-a: \"\\xZZ\"", ProblemCodes.BadYaml)]
    [InlineData("x-a: b: c", ProblemCodes.BadYaml)]
    [InlineData("- a", ProblemCodes.BadYaml)]
    public void Yaml_is_refused_with_a_code_and_a_place(string lines, string code)
    {
        var result = Read.Yaml(Stage + lines + "\n");

        var problem = Assert.Single(result.Problems, problem => problem.Code == code);
        Assert.False(result.IsValid);
        Assert.InRange(problem.Line, 3, 6);
        Assert.True(problem.Column >= 1);
        Assert.DoesNotContain("Line:", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"stages\":[}", 1, 12)]
    [InlineData("{\n  \"name\": \"ä\" x }", 2, 15)]
    [InlineData("{} {}", 1, 4)]
    [InlineData("{\"a\":1,}", 1, 8)]
    [InlineData("{\"name\":\"\\ud800\"}", 1, 9)]
    [InlineData("", 1, 1)]
    public void Json_is_refused_with_a_place(string text, int line, int column)
    {
        var problem = Assert.Single(Read.Json(text).Problems);

        Assert.Equal((ProblemCodes.BadJson, line, column), (problem.Code, problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("{\"x-a\":1,\"x-a\":2,\"stages\":[{\"id\":\"a\",\"shell\":{\"run\":\"true\"}}]}", ProblemCodes.DuplicateKey)]
    [InlineData("{\"x-a\":1e999}", ProblemCodes.OutOfRange)]
    [InlineData("[]", ProblemCodes.WrongType)]
    [InlineData("null", ProblemCodes.Empty)]
    [InlineData("3", ProblemCodes.WrongType)]
    public void Json_is_refused_with_a_code(string text, string code)
    {
        Assert.Equal(code, Assert.Single(Read.Json(text).Problems).Code);
    }

    [Fact]
    public void Stages_are_refused_when_there_are_more_than_ten_thousand()
    {
        var text = new StringBuilder("stages:\n");
        for (var i = 0; i <= 10_000; i++) text.Append("- {id: s").Append(i).Append(", shell: {run: x}}\n");

        Assert.Equal(ProblemCodes.TooManyStages, Assert.Single(Read.Yaml(text.ToString()).Problems).Code);
    }

    [Fact]
    public void Ten_thousand_stages_in_one_row_are_read()
    {
        var text = new StringBuilder("stages:\n- {id: s0, data: {value: '1'}}\n");
        for (var i = 1; i < 10_000; i++) text.Append($"- {{id: s{i}, needs: [s{i - 1}], data: {{value: 'stages.s{i - 1}.output'}}}}\n");

        var result = Read.Yaml(text.ToString());

        Assert.Empty(result.Problems);
        Assert.Equal(10_000, result.Definition!.Stages.Count);
    }

    [Theory]
    [InlineData("${{(}}")]
    [InlineData("${{a}}")]
    [InlineData("${{")]
    [InlineData("${{inputs.a}}")]
    public void Expressions_are_read_when_there_is_one_in_each_of_many_lines(string expression)
    {
        // Quadratic work over these lines takes minutes.
        var prompt = string.Concat(Enumerable.Repeat($"      {expression}\n", 40_000));

        var result = Read.Yaml($"stages:\n- id: a\n  agent:\n    model: {{ provider: p, name: n }}\n    prompt: |\n{prompt}");

        Assert.NotNull(result.Definition);
        Assert.All(result.Problems.Take(999).Index(), pair => Assert.Equal(pair.Index + 6, pair.Item.Line));
    }

    [Fact]
    public void Problems_end_at_a_thousand()
    {
        var text = new StringBuilder("stages:\n");
        for (var i = 0; i < 9_000; i++) text.Append($"- {{id: s{i}, needs: [t{i}], shel: x}}\n");

        var result = Read.Yaml(text.ToString());

        Assert.Equal(1_000, result.Problems.Count);
        Assert.Contains(result.Problems, problem => problem.Code == ProblemCodes.TooManyProblems);
    }

    private static void AssertDepth(DefinitionReadResult result, bool isValid)
    {
        if (isValid) Assert.Empty(result.Problems);
        else Assert.Equal(ProblemCodes.TooDeep, Assert.Single(result.Problems).Code);
    }
}
