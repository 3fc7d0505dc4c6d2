using System.Text;
using System.Text.Json;
using Sightglass.Core.Expressions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Tests.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

/// <summary>Numbers of JSON that pass through expressions as they are.</summary>
public sealed class JsonNumberTests
{
    [Theory]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("-0.0")]
    [InlineData("12345678901234567890")]
    [InlineData("0.10000000000000000000001")]
    [InlineData("1e999")]
    [InlineData("[1.50,{\"a\":2E+5}]")]
    [InlineData("0.5")]
    [InlineData("42")]
    public async Task Number_keeps_its_text_when_it_passes_through_whole(string json)
    {
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = new InMemoryEventStore(), StageTypes = [new DataStage()] });
        var definition = EngineHarness.Parse("""
            id: p
            inputs: { x: { type: any } }
            stages:
              - { id: a, data: { value: "inputs.x" } }
              - { id: b, needs: [a], data: { value: "stages.a.output" } }
            """);

        var result = await engine.ExecuteAsync(new StartRequest { Definition = definition, Input = JsonElement.Parse($"{{\"x\":{json}}}") }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Empty(result.Problems);
        Assert.Equal(json, Encoding.UTF8.GetString(result.Output!.Json.Span));
    }

    [Theory]
    [InlineData("1.0", "2")]
    [InlineData("1e3", "1001")]
    public void Number_has_no_text_of_its_own_when_it_was_computed(string json, string sum)
    {
        var scope = new CelScope();
        scope.Set("x", CelValue.FromJson(JsonElement.Parse(json)));

        Assert.Equal(sum, Evaluate("x + 1.0").ToText());
        Assert.True(Evaluate($"x == {json}").AsBool);

        CelValue Evaluate(string text)
        {
            Assert.True(CelExpression.TryParse(text, out var expression, out _));
            return expression.Evaluate(scope).Value;
        }
    }
}
