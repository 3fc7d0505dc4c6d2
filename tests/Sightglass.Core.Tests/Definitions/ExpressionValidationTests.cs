using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class ExpressionValidationTests
{
    public static TheoryData<string, string, string, string, string?> Mistakes => new()
    {
        { "when: inputs.x ==", ProblemCodes.BadExpression, "when", "3:22", null },
        { "when: ${{ inputs.x }}", ProblemCodes.BadExpression, "when", "3:11", "without ${{ }}" },
        { "when: inputz.x == 1", ProblemCodes.UnknownName, "when", "3:11", "inputs" },
        { "when: item == 1", ProblemCodes.UnknownName, "when", "3:11", "forEach" },
        { "when: event.x == 1", ProblemCodes.UnknownName, "when", "3:11", "trigger" },
        { "when: output.x == 1", ProblemCodes.UnknownName, "when", "3:11", "stages.ID.output" },
        { "when: stages.first.outptu == 1", ProblemCodes.UnknownName, "when", "3:11", "output" },
        { "when: secrets.KEY == 'x'", ProblemCodes.SecretNotAllowed, "when", "3:11", "env" },
        { "forEach: \"${{ secrets.KEY }}\"", ProblemCodes.SecretNotAllowed, "forEach", "3:19", "env" },
        { "repeat: { until: outptu.exitCode == 0 }", ProblemCodes.UnknownName, "repeat.until", "3:22", "output" },
        { "triggers: { event: e, where: evnt.x == 1 }", ProblemCodes.UnknownName, "triggers.where", "3:34", "event" },
        { "triggers: { all: [{ when: 'inputs.nam == 1' }] }", ProblemCodes.UnknownInput, "triggers.all[0].when", "3:32", "name" },
        { "triggers: { approval: { message: \"Is ${{ inputs.nam }} right?\" } }", ProblemCodes.UnknownInput, "triggers.approval.message", "3:46", "name" },
        { "undo: { shell: { run: x, env: { A: \"${{ nope }}\" } } }", ProblemCodes.UnknownName, "undo.shell.env.A", "3:45", null },
    };

    public static TheoryData<string, string, string, string, string?> BodyMistakes => new()
    {
        { "shell: { run: 'echo ${{ inputs.name }}' }", ProblemCodes.ExpressionInScript, "shell.run", "4:25", "env:" },
        { "shell:\n      run: |\n        set -e\n        echo ${{ inputs.name }}\n", ProblemCodes.ExpressionInScript, "shell.run", "7:14", "env:" },
        { "shell: { run: x, env: { A: \"a ${{ inputs.nam }}\" } }", ProblemCodes.UnknownInput, "shell.env.A", "4:39", "name" },
        { "shell: { run: x, args: [\"${{ secrets.KEY }}\"] }", ProblemCodes.SecretNotAllowed, "shell.args[0]", "4:34", "env" },
        { "shell: { run: x, env: { A: \"${{ secrets.OTHER }}\" } }", ProblemCodes.MissingSecret, "shell.env.A", "4:37", "secrets.env" },
        { "shell: { run: x, env: { A: \"${{ inputs.name\" } }", ProblemCodes.BadExpression, "shell.env.A", "4:33", null },
        { "http: { url: \"https://x/${{ secrets.KEY }}\" }", ProblemCodes.SecretNotAllowed, "http.url", "4:33", "headers" },
        { "http: { url: 'https://x', body: { list: [1, \"${{ nope }}\"] } }", ProblemCodes.UnknownName, "http.body/list/1", "4:54", "inputs" },
        { "data: { value: secrets.KEY }", ProblemCodes.SecretNotAllowed, "data.value", "4:20", "env" },
        { "data: { value: inputs.name + }", ProblemCodes.BadExpression, "data.value", "4:33", null },
        { "data: { value: { a: \"${{ nope }}\" } }", ProblemCodes.UnknownName, "data.value/a", "4:30", null },
        { "data: { merge: [inputs, nope] }", ProblemCodes.UnknownName, "data.merge[1]", "4:29", null },
        { "data: { pick: { a: nope } }", ProblemCodes.UnknownName, "data.pick.a", "4:24", null },
        { "wait: { until: \"${{ nope }}\" }", ProblemCodes.UnknownName, "wait.until", "4:25", null },
        { "wait: { event: e, where: nope == 1 }", ProblemCodes.UnknownName, "wait.where", "4:30", null },
        { "code: { name: c, input: [\"${{ nope }}\"] }", ProblemCodes.UnknownName, "code.input/0", "4:35", null },
        { "pipeline: { id: p, input: \"${{ secrets.KEY }}\" }", ProblemCodes.SecretNotAllowed, "pipeline.input", "4:36", "env" },
        { "agent: { prompt: \"${{ secrets.KEY }}\", model: { provider: p, name: n } }", ProblemCodes.SecretNotAllowed, "agent.prompt", "4:27", "model" },
        { "agent: { system: \"${{ nope }}\", prompt: x, model: { provider: p, name: n } }", ProblemCodes.UnknownName, "agent.system", "4:27", null },
        { "data: { value: stages.first.output.x, default: \"${{ inputs.name }}\" }", ProblemCodes.Misplaced, "data.default", "4:52", "fixed" },
        { "pipeline: { id: \"${{ nope }}\" }", ProblemCodes.UnknownName, "pipeline.id", "4:26", null },
        { "agent: { prompt: x, tools: [\"${{ nope }}\"], model: { provider: p, name: n } }", ProblemCodes.UnknownName, "agent.tools[0]", "4:38", null },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_beside_the_body_is_told_where_it_stands(string line, string code, string path, string place, string? suggestion) =>
        AssertMistake($"  - id: a\n    {line}\n    shell: {{ run: 'true' }}\n", code, path, place, suggestion);

    [Theory]
    [MemberData(nameof(BodyMistakes))]
    public void Mistake_in_the_body_is_told_where_it_stands(string line, string code, string path, string place, string? suggestion) =>
        AssertMistake($"  - id: a\n    timeout: 5m\n    {line}\n", code, path, place, suggestion);

    [Theory]
    [InlineData("shell: { run: x, env: { A: \"${{ secrets.KEY }}\" }, args: [\"${{ env.HOME }}\"] }")]
    [InlineData("http: { url: 'https://x', headers: { Authorization: \"Bearer ${{ secrets.KEY }}\" }, body: { k: \"${{ secrets.KEY }}\" } }")]
    [InlineData("agent: { prompt: \"${{ execution.id }} ${{ stage.attempt }}\", model: { provider: p, name: n, apiKey: \"${{ secrets.KEY }}\" } }")]
    [InlineData("data: { value: 'stages.first.output.items.map(r, r.x).filter(y, y > 1)' }")]
    [InlineData("data: { value: 'type(inputs.name) == string && math.greatest(1, 2) == 2' }")]
    [InlineData("data: { value: \"{'a': stages['first'].error, 'b': stages.first.status}\" }")]
    [InlineData("data: { value: '$${{ no expression' }")]
    [InlineData("wait: { event: e, where: event.branch == 'main' }")]
    public void Names_are_taken_where_they_are_known(string body)
    {
        Assert.Empty(ReadStage($"  - id: a\n    {body}\n").Problems);
    }

    [Fact]
    public void Item_and_index_are_known_where_a_stage_runs_for_each()
    {
        Assert.Empty(ReadStage("  - id: a\n    forEach: [1, \"${{ inputs.name }}\"]\n    shell: { run: x, env: { A: \"${{ item }} ${{ index }}\" } }\n").Problems);
    }

    [Fact]
    public void Every_input_is_known_where_none_is_declared()
    {
        Assert.Empty(Read.Yaml("stages: [{ id: a, data: { value: inputs.anything } }]").Problems);
    }

    private static void AssertMistake(string stage, string code, string path, string place, string? suggestion)
    {
        var problem = Assert.Single(ReadStage(stage).Problems);
        Assert.Equal((code, "stages[1]." + path, place), (problem.Code, problem.Path, $"{problem.Line - 2}:{problem.Column}"));
        if (suggestion is not null) Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
    }

    private static DefinitionReadResult ReadStage(string stage) =>
        Read.Yaml("inputs: { name: {} }\nstages:\n  - { id: first, shell: { run: x } }\n" + stage, new DefinitionReadOptions { HasSecret = name => name == "KEY" });
}
