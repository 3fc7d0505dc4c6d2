using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class ExecuteTests
{
    [Fact]
    public async Task Execute_gives_the_output_and_tells_what_stages_print_in_order()
    {
        await using var engine = new EngineHarness();
        var text = new StringBuilder();

        var result = await engine.Engine.ExecuteAsync(
            new StartRequest { Definition = EngineHarness.Parse("{ id: p, stages: [{ id: a, shell: { run: seq 1 5000 } }, { id: b, needs: [a], type: data, data: { value: '6 * 7' } }] }") },
            (stage, printed) => text.Append(stage == "a" ? printed : "?"));

        Assert.Equal(ExecutionStatus.Completed, result.Status);
        Assert.Equal("42", Encoding.UTF8.GetString(result.Output!.Json.Span));
        Assert.Equal(string.Concat(Enumerable.Range(1, 5000).Select(i => i + "\n")), text.ToString());
    }

    [Fact]
    public async Task Execute_gives_the_error_of_a_failure_and_the_problems_of_a_refusal()
    {
        await using var engine = new EngineHarness();
        var request = new StartRequest { Definition = EngineHarness.Parse("{ id: p, inputs: { n: { type: integer, required: true } }, stages: [{ id: a, shell: { run: exit 3 } }] }") };

        var refused = await engine.Engine.ExecuteAsync(request);
        var failed = await engine.Engine.ExecuteAsync(request with { Sets = new Dictionary<string, string> { ["n"] = "1" } });

        Assert.Null(refused.ExecutionId);
        Assert.NotEmpty(refused.Problems);
        Assert.Equal((ExecutionStatus.Failed, "exit_code"), (failed.Status, failed.Error?.Code));
    }
}
