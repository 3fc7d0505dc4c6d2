using Sightglass.Cli.LiveView;
using Xunit;

namespace Sightglass.Cli.Tests.LiveView;

public sealed class DurationsTests
{
    [Theory]
    [InlineData(-1, "0 ms")]
    [InlineData(0.4, "0 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(999.5, "1.0 s")]
    [InlineData(12_357.482, "12.4 s")]
    [InlineData(59_949, "59.9 s")]
    [InlineData(59_950, "1 m 00 s")]
    [InlineData(3_599_499, "59 m 59 s")]
    [InlineData(3_599_500, "1 h 00 m")]
    [InlineData(90_000_000, "25 h 00 m")]
    public void A_duration_is_rounded_as_on_the_dashboard(double milliseconds, string words) => Assert.Equal(words, Durations.Of(milliseconds));
}
