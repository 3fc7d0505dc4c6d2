using System.Net;
using Xunit;

namespace Sightglass.Server.Tests;

/// <summary>What a server refuses of a request before anything reads it.</summary>
public sealed class ServerLimitsTests
{
    [Fact]
    public async Task Request_line_is_refused_beyond_its_limit()
    {
        await using var server = await ServerHarness.StartAsync(o => o with { MaxRequestLineBytes = 2048 });
        const string Around = "GET /?x= HTTP/1.1\r\n";

        var atLimit = await server.GetAsync("/?x=" + new string('x', 2048 - Around.Length));
        var beyond = await server.GetAsync("/?x=" + new string('x', 2049 - Around.Length));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.RequestUriTooLong), (atLimit.Status, beyond.Status));
    }

    [Fact]
    public async Task Headers_are_refused_beyond_their_limit()
    {
        await using var server = await ServerHarness.StartAsync(o => o with { MaxHeaderBytes = 2048 });

        var within = await server.GetAsync("/api/executions", ("X-Test", new string('x', 1500)));
        var beyond = await server.GetAsync("/api/executions", ("X-Test", new string('x', 2048)));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.RequestHeaderFieldsTooLarge), (within.Status, beyond.Status));
    }

    public static TheoryData<Func<ServerOptions, ServerOptions>> Senseless => new(
        o => o with { MaxRequestBytes = 0 },
        o => o with { MaxRunBytes = 0 },
        o => o with { MaxConnections = 0 },
        o => o with { MaxRequestLineBytes = 1023 },
        o => o with { MaxHeaderBytes = 1023 },
        o => o with { HeaderTime = TimeSpan.Zero },
        o => o with { IdleConnection = TimeSpan.Zero },
        o => o with { Heartbeat = TimeSpan.Zero },
        o => o with { SlowViewer = TimeSpan.Zero },
        o => o with { ShutdownTime = TimeSpan.FromDays(2) });

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task Server_is_refused_when_a_limit_makes_no_sense(Func<ServerOptions, ServerOptions> change) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ServerHarness.StartAsync(change));
}
