using System.Globalization;
using System.Security.Cryptography;
using Xunit;

namespace Sightglass.Cli.Tests.Kills;

/// <summary>
/// A real server, killed again and again at any moment while it works. Two worlds at once, each with a server and a data
/// folder of its own, so that both processors have something to do.
/// </summary>
public sealed class KillTests
{
    private const int Worlds = 2;
    private const int KillsInEach = 50;

    [Fact]
    public async Task Nothing_is_lost_doubled_or_left_running_when_the_server_is_killed_100_times()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SIGHTGLASS_KILL_SEED"), CultureInfo.InvariantCulture, out var given) ? given : RandomNumberGenerator.GetInt32(1_000_000);
        TestContext.Current.SendDiagnosticMessage("Kills with SIGHTGLASS_KILL_SEED={0}.", seed);

        var totals = await Task.WhenAll(Enumerable.Range(0, Worlds).Select(i => new KillWorld(seed, i).RunAsync(KillsInEach)));

        // Guards against a run in which nothing happened: the moments have to differ, and work has to be hit.
        var all = totals.Aggregate((a, b) => a + b);
        Assert.Equal(Worlds * KillsInEach, all.Kills);
        Assert.True(all is { KillsWhileStarting: > 3, KillsAfterACommit: > 10, Losses: > 100, Orphans: > 100, Crashes: > 0, FramesSeen: > 2000, TimersKept: > 3 }, $"Seed {seed}: {all}");
        TestContext.Current.SendDiagnosticMessage("{0}", all);
    }
}
