using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class TraceUrlTests
{
    [Fact]
    public async Task Status_tells_where_traces_are_when_the_server_was_told()
    {
        const string template = "https://traces.example.org/trace/{traceId}?span={spanId}";
        await using var server = await ServerHarness.StartAsync(configure: options => options with { TraceUrl = template }, pipelines: [Some.Hello]);
        Assert.Equal(template, (await server.GetAsync("/api/config/status")).Json.GetProperty("traceUrl").GetString());

        await using var other = await ServerHarness.StartAsync(Some.Hello);
        Assert.False((await other.GetAsync("/api/config/status")).Json.TryGetProperty("traceUrl", out _));
    }

    [Theory]
    [InlineData("https://traces.example.org/", "{traceId}")]
    [InlineData("/trace/{traceId}", "address of traces")]
    [InlineData("javascript:alert({traceId})", "address of traces")]
    [InlineData("https://me:secret@traces.example.org/{traceId}", "without a user")]
    [InlineData("https://traces.example.org/{traceId}/{service}", "address of traces")]
    public void Address_of_traces_is_refused_when_it_is_none(string template, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => TraceAddress.Check(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void Address_of_traces_is_refused_when_it_is_too_long() =>
        Assert.Contains("2000", Assert.Throws<ArgumentException>(() => TraceAddress.Check("https://x/{traceId}" + new string('x', 2000))).Message, StringComparison.Ordinal);
}
