using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Data;
using Xunit;

namespace Sightglass.Core.Tests.Stages;

public sealed class DataAndBranchTests
{
    [Theory]
    [InlineData("""{"value":{"a":[1,"ü"]}}""", """{"a":[1,"ü"]}""")]
    [InlineData("""{"value":null,"default":7}""", "7")]
    [InlineData("""{"value":false,"default":7}""", "false")]
    [InlineData("""{"value":null}""", "null")]
    [InlineData("""{}""", "null")]
    public async Task Data_gives_its_value_or_the_default_when_it_is_null(string body, string expected)
    {
        var result = await new DataStage().RunAsync(SomeRun.Of(body), TestContext.Current.CancellationToken);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal(expected, result.Json().GetRawText());
    }

    [Theory]
    [InlineData("true", "fetch", """{"taken":"fetch"}""")]
    [InlineData("false", "fetch", """{"taken":"finish"}""")]
    [InlineData("true", null, """{"taken":null}""")]
    public async Task Branch_takes_the_side_that_the_condition_says(string when, string? then, string expected)
    {
        var definition = new StageDefinition { Id = "b", Then = then, Else = "finish" };

        var result = await new BranchStage().RunAsync(SomeRun.Of($$"""{"when":{{when}}}""", definition: definition), TestContext.Current.CancellationToken);

        Assert.Equal(expected, result.Json().GetRawText());
    }

    [Theory]
    [InlineData("""{"when":"true"}""", "it is string")]
    [InlineData("""{"when":null}""", "it is null")]
    [InlineData("""{}""", "it is null")]
    public async Task Branch_fails_when_the_condition_is_no_boolean(string body, string found)
    {
        var result = await new BranchStage().RunAsync(SomeRun.Of(body), TestContext.Current.CancellationToken);

        Assert.Equal("not_a_boolean", result.Error!.Code);
        Assert.Contains(found, result.Error.Message, StringComparison.Ordinal);
    }
}
