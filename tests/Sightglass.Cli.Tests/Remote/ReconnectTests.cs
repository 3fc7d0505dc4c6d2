using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Remote;

/// <summary>What is watched goes on where it was left when its server dies and comes back: nothing is missing, nothing comes
/// twice, and the log says so.</summary>
public sealed class ReconnectTests
{
    [Fact]
    public async Task Watch_goes_on_at_its_cursor_when_the_server_was_killed_and_when_it_was_stopped()
    {
        await using var server = await RemoteServer.StartAsync(("waiting.yaml", TemporaryFolder.Waiting));
        var id = (await server.RunAsync("operator", "run", "waiting", "--detach")).Exits(0).Output.Trim();
        await using var events = server.Command("viewer", "watch", id, "--json");
        await using var lines = server.Command("viewer", "watch", id);
        await using var follower = server.Command("viewer", "events", id, "-f");
        await using var run = server.Command("operator", "run", "waiting", "--plain");
        foreach (var process in (CliProcess[])[events, lines, follower, run]) await process.WaitForAsync("waiting");

        await server.KillAsync();
        await lines.WaitForAsync("is away; reconnecting…");
        await events.WaitForErrorAsync("is away; reconnecting…");
        await server.StartAsync();
        await lines.WaitForAsync("attempt 2");
        await server.StopAsync();
        await server.StartAsync();
        await lines.WaitForAsync("attempt 3");
        server.Folder.Write("pipelines/go", "");

        Assert.Contains("| went on", (await lines.EndAsync()).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("| went on", (await run.EndAsync()).Exits(0).Output, StringComparison.Ordinal);
        var log = await server.LogAsync(id);
        Assert.Contains("execution.completed", log, StringComparison.Ordinal);
        Assert.Equal(log, (await events.EndAsync()).Exits(0).Output);
        Assert.Equal(log, (await follower.EndAsync()).Exits(0).Output);
        Assert.Single(lines.Output.Split('\n'), line => line.EndsWith("attempt 2)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_gives_up_when_the_server_stays_away()
    {
        await using var server = await RemoteServer.StartAsync(("waiting.yaml", TemporaryFolder.Waiting));
        var id = (await server.RunAsync("operator", "run", "waiting", "--detach")).Exits(0).Output.Trim();
        await using var patient = server.Command("viewer", "watch", id, "--reconnect", "1s");
        await using var impatient = server.Command("viewer", "watch", id, "--reconnect", "0s");
        await patient.WaitForAsync("| waiting");
        await impatient.WaitForAsync("| waiting");
        await server.KillAsync();

        Assert.Contains("It was tried again for 1.0 s", (await patient.EndAsync()).Exits(3).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("tried again", (await impatient.EndAsync()).Exits(3).Error, StringComparison.Ordinal);
        Assert.Contains("--reconnect", (await server.RunAsync("viewer", "watch", id, "--reconnect", "soon")).Exits(2).Error, StringComparison.Ordinal);

        // Only the next owner ends what a dead one left running.
        await server.StartAsync();
    }

    [Fact]
    public async Task Watch_of_a_folder_goes_on_when_its_server_comes_back()
    {
        await using var server = await RemoteServer.StartAsync(("waiting.yaml", TemporaryFolder.Waiting));
        var id = (await CliProcess.RunAsync(server.Folder.Path, "run", "waiting", "--detach")).Exits(0).Output.Trim();
        await using var events = CliProcess.Start(server.Folder.Path, "watch", id, "--json");
        await events.WaitForAsync("waiting");
        await server.KillAsync();
        await events.WaitForErrorAsync("reconnecting…");
        server.Folder.Write("pipelines/go", "");
        await server.StartAsync();

        Assert.Equal((await events.EndAsync()).Exits(0).Output, await server.LogAsync(id));
    }
}
