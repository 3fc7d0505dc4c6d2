using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class StageExpressionsTests
{
    [Fact]
    public void Every_place_that_takes_an_expression_is_listed()
    {
        var stage = Read.Yaml("""
            stages:
              - id: a
                when: w
                triggers: { all: [{ event: e, where: w }, { any: [{ when: w }, { approval: { message: "${{ t }}" } }] }] }
                forEach: [1, "${{ t }}", { a: "${{ t }}" }]
                repeat: { until: w }
                shell: { run: "${{ f }}", exec: ["${{ t }}"], args: [plain, "${{ t }}"], env: { A: "${{ t }}" }, workdir: "${{ t }}", stdin: "${{ t }}" }
                http: { url: "${{ t }}", headers: { H: "${{ t }}" }, body: { "a/b~c": ["${{ t }}"] } }
                agent: { system: "${{ t }}", prompt: "${{ t }}", tools: ["${{ t }}"], model: { provider: "${{ t }}", name: "${{ t }}", apiKey: "${{ t }}" } }
                data: { value: w, merge: [w], pick: { k: w } }
                wait: { until: "${{ t }}", event: "${{ t }}", where: w, approval: { message: "${{ t }}" } }
                pipeline: { id: "${{ t }}", input: "${{ t }}" }
                code: { name: "${{ t }}", input: { a: "${{ t }}" } }
                undo: { shell: { run: "${{ f }}", env: { A: "${{ t }}" } }, http: { url: "${{ t }}", body: "${{ t }}" }, code: { name: c, input: "${{ t }}" } }
            """).Definition!.Stages[0];

        var found = StageExpressions.Of(stage).Select(expression => $"{expression.Path} {(expression.Kind == ExpressionKind.Expression ? "w" : expression.Kind == ExpressionKind.Template ? "t" : "f")}").ToList();

        Assert.Equal(
            [
                "when w", "triggers.all[0].where w", "triggers.all[1].any[0].when w", "triggers.all[1].any[1].approval.message t", "forEach/1 t", "forEach/2/a t", "repeat.until w",
                "shell.run f", "shell.exec[0] t", "shell.args[1] t", "shell.env.A t", "shell.workdir t", "shell.stdin t", "http.url t", "http.headers.H t", "http.body/a~1b~0c/0 t",
                "agent.system t", "agent.prompt t", "agent.model.provider t", "agent.model.name t", "agent.model.apiKey t", "agent.tools[0] t",
                "data.value w", "data.merge[0] w", "data.pick.k w", "wait.until t", "wait.event t", "wait.where w", "wait.approval.message t",
                "pipeline.id t", "pipeline.input t", "code.name t", "code.input/a t",
                "undo.shell.run f", "undo.shell.env.A t", "undo.http.url t", "undo.http.body t", "undo.code.input t",
            ],
            found);
        Assert.All(StageExpressions.Of(stage), expression => Assert.Contains(expression.Kind == ExpressionKind.Expression ? "w" : "${{", expression.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("data: { value: inputs.x }", "data.value", ExpressionKind.Expression)]
    [InlineData("data: { value: \"${{ inputs.x }}\" }", "data.value", ExpressionKind.Template)]
    [InlineData("data: { value: [\"${{ inputs.x }}\"] }", "data.value/0", ExpressionKind.Template)]
    public void Value_is_an_expression_when_it_is_a_bare_text(string body, string path, object kind)
    {
        var stage = Read.Yaml($"stages: [{{ id: a, {body} }}]").Definition!.Stages[0];

        var found = Assert.Single(StageExpressions.Of(stage));
        Assert.Equal((path, (ExpressionKind)kind), (found.Path, found.Kind));
    }

    [Fact]
    public void Stage_depends_on_all_that_it_names()
    {
        var definition = Read.Yaml("""
            stages:
              - { id: a, shell: { run: x } }
              - { id: b, shell: { run: x }, repeat: { until: "stages.b.output.exitCode == 0" }, undo: { shell: { run: x, env: { A: "${{ stages.b.output }}" } } } }
              - { id: c, needs: [b, a, b], shell: { run: x } }
              - { id: d, triggers: { all: [{ completed: a }, { any: [{ failed: b }, { ended: c }] }] }, shell: { run: x } }
              - { id: e, when: "stages.a.output.x == stages['b'].status", data: { value: { v: "${{ stages.c.output }} ${{ inputs.x }}" } } }
              - { id: f, type: branch, when: stages.a.output, then: g, else: finish }
              - { id: g, needs: [nobody], shell: { run: x } }
            """).Definition!;

        var found = StageDependencies.Of(definition);

        Assert.Equal(["a:", "b:", "c:b,a", "d:a,b,c", "e:a,b,c", "f:a", "g:f"], found.Select(stage => $"{stage.Key}:{string.Join(',', stage.Value)}"));
    }
}
