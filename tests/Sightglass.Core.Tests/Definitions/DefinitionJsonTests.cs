using System.Text;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class DefinitionJsonTests
{
    [Fact]
    public void Read_keeps_the_defaults_of_what_is_absent()
    {
        var definition = DefinitionJson.Read("""{"id":"a","x-team":"blue","stages":[{"id":"s","type":"shell","shell":{"run":"true"},"retry":{"maxAttempts":3},"x-note":1}]}"""u8);

        Assert.Empty(definition.Inputs);
        Assert.Empty(definition.Personalities);
        var stage = Assert.Single(definition.Stages);
        Assert.Empty(stage.Needs);
        Assert.Empty(stage.Shell!.Exec);
        Assert.Empty(stage.Shell.Env);
        Assert.Equal(3, stage.Retry!.MaxAttempts);
        Assert.Equal(2, stage.Retry.Backoff);
        Assert.Equal("1s", stage.Retry.Delay.ToString());
        Assert.Equal("blue", definition.Extensions!["x-team"].GetString());
    }

    [Fact]
    public void Write_gives_the_same_bytes_after_a_round_trip()
    {
        var definition = DefinitionJson.Read("""{"id":"a","onFailure":"rollback","x-team":"blue","stages":[{"id":"s","type":"shell","shell":{"run":"true"},"timeout":"1h30m","x-note":1}]}"""u8);

        var bytes = DefinitionJson.Write(definition);

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(DefinitionJson.Write(DefinitionJson.Read(bytes))));
        Assert.Contains("\"x-note\":1", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }
}
