using System.Text.Json;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class HostileInputTests
{
    [Theory]
    [InlineData("""{"text":"\ud800"}""")]
    [InlineData("""{"text":"\udc00 and more"}""")]
    [InlineData("""{"text":{"\uD83D":1}}""")]
    [InlineData("\"\\ud800\"")]
    public void Input_is_refused_when_it_has_half_a_surrogate_pair(string input)
    {
        var definition = new PipelineDefinition { Inputs = new Dictionary<string, InputDefinition> { ["text"] = new() { Type = "any", Required = true } } };

        var problems = InputValidator.Bind(definition, JsonDocument.Parse(input).RootElement, null, out _);

        Assert.Equal(ProblemCodes.NotText, Assert.Single(problems).Code);
    }

    [Fact]
    public void Input_is_taken_when_it_has_a_whole_surrogate_pair()
    {
        var problems = InputValidator.Bind(new PipelineDefinition(), JsonDocument.Parse("""{"text":"\ud83d\ude80"}""").RootElement, null, out var bound);

        Assert.Empty(problems);
        Assert.Equal("🚀", bound.GetProperty("text").GetString());
    }
}
