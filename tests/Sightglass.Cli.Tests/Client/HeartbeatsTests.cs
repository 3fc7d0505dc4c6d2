using System.Text;
using Sightglass.Cli.Client;
using Xunit;

namespace Sightglass.Cli.Tests.Client;

public sealed class HeartbeatsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("{\"seq\":1}\n", "{\"seq\":1}\n")]
    [InlineData("{\"heartbeat\":7}\n", "")]
    [InlineData("{\"seq\":1}\n{\"heartbeat\":1}\n{\"seq\":2}\n{\"heartbeat\":2}\n", "{\"seq\":1}\n{\"seq\":2}\n")]
    [InlineData("{\"seq\":1,\"data\":{\"text\":\"{\\\"heartbeat\\\":1}\"}}\n", "{\"seq\":1,\"data\":{\"text\":\"{\\\"heartbeat\\\":1}\"}}\n")]
    public void Heartbeats_are_cut_out_when_lines_are_read(string lines, string events) =>
        Assert.Equal(events, Encoding.UTF8.GetString(Heartbeats.Cut(Encoding.UTF8.GetBytes(lines)).Span));
}
