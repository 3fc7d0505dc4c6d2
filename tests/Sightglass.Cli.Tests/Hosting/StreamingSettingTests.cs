using Sightglass.Cli.Commands;
using Sightglass.Cli.Hosting;
using Xunit;

namespace Sightglass.Cli.Tests.Hosting;

public sealed class StreamingSettingTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("False", false)]
    [InlineData(" 0 ", false)]
    public void Streaming_is_left_as_it_was_unless_the_environment_says_otherwise(string? value, bool? isOn) => Assert.Equal(isOn, StreamingSetting.Parse(value));

    [Fact]
    public void Setting_is_refused_when_it_is_neither_true_nor_false() =>
        Assert.Contains("ENABLE_EXECUTION_STREAMING is 'maybe'", Assert.Throws<CommandRefusedException>(() => StreamingSetting.Parse("maybe")).Message, StringComparison.Ordinal);
}
