using System.Text;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class PipelineBuilderTests
{
    [Fact]
    public void Builder_gives_what_the_file_would()
    {
        var built = Pipeline.Create("hello")
            .Name("Hello")
            .Input("name", required: true)
            .Input("times", type: "integer", defaultValue: 3)
            .DefaultTimeout("5m")
            .Personality("analyst", new PersonalityDefinition { Tone = "precise" })
            .Shell("greet", "echo Hello $NAME", s => s.Env("NAME", "${{ inputs.name }}").Retry(3, delay: "2s").Output("json"))
            .Code("count", "counter", new { Text = "${{ stages.greet.output.stdout }}" })
            .Stage("x", s => s.Needs("greet").Data("inputs.times + 1").Timeout("1h30m").Priority(StagePriority.High))
            .Agent("ask", "Hi", s => s.Model("openai", "gpt-4o-mini", temperature: 0.1).Personality("analyst").ForEach(new[] { 1, 2 }, maxParallel: 2))
            .Branch("choose", "stages.x.output > 1", "post", "finish")
            .Http("post", "POST", "https://example.com", s => s.Header("A", "b").Body(new Dictionary<string, object> { ["n"] = 1 }))
            .Wait("pause", new WaitDefinition { Event = "go" }, s => s.Needs("post").Extension("x-note", "kept"))
            .Call("child", "other", new { A = 1 }, s => s.When("inputs.times > 2"))
            .Build();

        var read = Read.Yaml("""
            id: hello
            name: Hello
            inputs:
              name: { required: true }
              times: { type: integer, default: 3 }
            defaults: { timeout: 5m }
            personalities: { analyst: { tone: precise } }
            stages:
              - { id: greet, shell: { run: echo Hello $NAME, env: { NAME: "${{ inputs.name }}" } }, retry: { maxAttempts: 3, delay: 2s }, output: { format: json } }
              - { id: count, code: { name: counter, input: { text: "${{ stages.greet.output.stdout }}" } } }
              - { id: x, needs: [greet], data: { value: inputs.times + 1 }, timeout: 1h30m, priority: high }
              - { id: ask, agent: { prompt: Hi, personality: analyst, model: { provider: openai, name: gpt-4o-mini, temperature: 0.1 } }, forEach: [1, 2], maxParallel: 2 }
              - { id: choose, type: branch, when: stages.x.output > 1, then: post, else: finish }
              - { id: post, http: { method: POST, url: https://example.com, headers: { A: b }, body: { n: 1 } } }
              - { id: pause, needs: [post], wait: { event: go }, x-note: kept }
              - { id: child, pipeline: { id: other, input: { a: 1 } }, when: inputs.times > 2 }
            """);
        Assert.Empty(read.Problems);
        Assert.Equal(Encoding.UTF8.GetString(DefinitionJson.Write(read.Definition!)), Encoding.UTF8.GetString(DefinitionJson.Write(built)));
    }

    [Fact]
    public void Build_lists_every_problem_in_one_exception()
    {
        var builder = Pipeline.Create("a b")
            .Shell("one", "echo ${{ inputs.x }}", s => s.Timeout("soon").Needs("nobody"))
            .Stage("one", s => s.Retry(0));

        var error = Assert.Throws<DefinitionException>(() => builder.Build());

        Assert.Equal(
            [ProblemCodes.BadDuration, ProblemCodes.DuplicateId, ProblemCodes.ExpressionInScript, ProblemCodes.InvalidId, ProblemCodes.NoBody, ProblemCodes.OutOfRange, ProblemCodes.UnknownStage],
            error.Problems.Select(problem => problem.Code).Order(StringComparer.Ordinal));
        Assert.All(error.Problems, problem => Assert.Contains(problem.Message, error.Message, StringComparison.Ordinal));
        Assert.Contains("stages[0].timeout: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryBuild_gives_warnings_with_the_definition()
    {
        Assert.True(Pipeline.Create("a").Shell("r", "true").Shell("s", "true", s => s.Needs("r", "r")).TryBuild(out var definition, out var problems));

        Assert.Equal(["r", "s"], definition.Stages.Select(stage => stage.Id));
        Assert.Equal(ProblemCodes.DuplicateId, Assert.Single(problems).Code);
    }

    [Fact]
    public void Definition_is_its_own_when_the_builder_goes_on()
    {
        var builder = Pipeline.Create("a").Shell("s", "true");
        var first = builder.Build();

        builder.Shell("t", "true").Build();

        Assert.Single(first.Stages);
    }

    [Fact]
    public void Value_that_is_no_json_is_a_problem()
    {
        Assert.False(Pipeline.Create("a").Stage("s", s => s.Data(double.NaN)).TryBuild(out _, out var problems));

        Assert.Contains(problems, problem => problem is { Code: ProblemCodes.WrongType, Path: "stages[0].data.value" });
    }

    [Fact]
    public void Definition_of_a_thousand_large_stages_is_no_file_and_has_no_limit_of_size()
    {
        var builder = Pipeline.Create("a");
        for (var i = 0; i < 1_000; i++) builder.Shell("s" + i, new string('x', 2_000));

        Assert.Equal(1_000, builder.Build().Stages.Count);
    }

    [Fact]
    public void Validate_tells_of_what_json_cannot_hold()
    {
        var definition = new PipelineDefinition { Stages = [new() { Id = "a", Shell = new() { Run = "x" }, Retry = new() { MaxAttempts = 0, Backoff = double.NaN } }] };

        Assert.Equal(ProblemCodes.WrongType, Assert.Single(DefinitionValidator.Validate(definition)).Code);
    }

    [Fact]
    public void Validate_asks_for_the_id_that_no_file_name_gives()
    {
        var definition = new PipelineDefinition { Stages = [new() { Id = "a", Shell = new() { Run = "x" }, Retry = new() { MaxAttempts = 0 } }] };

        Assert.Equal([ProblemCodes.MissingId, ProblemCodes.OutOfRange], DefinitionValidator.Validate(definition).Select(problem => problem.Code));
    }

    [Fact]
    public void Zero_is_written_where_the_default_is_another()
    {
        var definition = new PipelineDefinition { Id = "a", Stages = [new() { Id = "a", Retry = new() { Delay = default, MaxDelay = default } }] };

        var read = DefinitionJson.Read(DefinitionJson.Write(definition)).Stages[0].Retry!;

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (read.Delay.Value, read.MaxDelay.Value));
    }
}
