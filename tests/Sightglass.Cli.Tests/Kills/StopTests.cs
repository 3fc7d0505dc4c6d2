using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Kills;

/// <summary>What happens to stages that run when their server is asked to end, and when it does not end in time.</summary>
public sealed class StopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Stages => Path.Combine(_folder.Path, "pipelines");

    public void Dispose()
    {
        foreach (var process in FolderProcesses.In(Stages)) FolderProcesses.Kill(process);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(CliProcess.SigTerm)]
    [InlineData(CliProcess.SigInt)]
    public async Task A_server_that_is_asked_to_end_lets_stages_say_their_last_word_and_records_a_stop(int signal)
    {
        Write("trap 'echo last word; exit 1' TERM; (setsid sleep 1000 &); echo running; while :; do sleep 0.05; done");
        await using (var server = await ServeAsync())
        {
            await StartAsync("running");
            server.Signal(signal);
            (await server.EndAsync()).Exits(0);
        }

        Assert.Empty(FolderProcesses.In(Stages));
        Assert.False(File.Exists(Path.Combine(_folder.Data, "processes")));
        var events = await EventsAsync();
        Assert.Contains(events, e => e.Type == "stage.output" && e.Data.GetProperty("text").GetString()!.Contains("last word", StringComparison.Ordinal));
        var lost = Assert.Single(events, e => e.Type == "stage.failed").Data;
        Assert.Equal("worker_stopped", lost.GetProperty("error").GetProperty("code").GetString());
        Assert.True(lost.GetProperty("lost").GetBoolean() && lost.GetProperty("willRetry").GetBoolean());
    }

    [Fact]
    public async Task Planned_restarts_never_count_as_deaths()
    {
        Write("echo attempt $SIGHTGLASS_ATTEMPT; while [ ! -e ../go ]; do sleep 0.05; done");
        for (var i = 1; i <= 4; i++)
        {
            await using var server = await ServeAsync();
            if (i == 1) await StartAsync("attempt 1");
            else await WaitForOutputAsync($"attempt {i}");
            server.Signal(CliProcess.SigTerm);
            (await server.EndAsync()).Exits(0);
        }

        _folder.Write("go", "");
        await using var last = await ServeAsync();
        Assert.Contains("Completed", (await CliProcess.RunAsync(_folder.Path, "show", "last", "-f")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(4, (await EventsAsync()).Count(e => e.Type == "stage.failed"));
    }

    [Fact]
    public async Task A_stage_that_ignores_the_request_is_killed_and_the_server_ends_all_the_same()
    {
        Write("trap '' TERM INT; echo running; while :; do sleep 0.05; done");
        await using (var server = await ServeAsync())
        {
            await StartAsync("running");
            server.Signal(CliProcess.SigTerm);
            (await server.EndAsync()).Exits(0);
        }

        Assert.Empty(FolderProcesses.In(Stages));
        Assert.Equal("worker_stopped", Assert.Single(await EventsAsync(), e => e.Type == "stage.failed").Data.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_second_signal_ends_at_once_and_the_next_start_finds_what_is_left()
    {
        Write("trap '' TERM INT; (setsid sh -c 'trap \"\" TERM; while :; do sleep 0.05; done' &); echo running; while :; do sleep 0.05; done");
        await using (var server = await ServeAsync())
        {
            await StartAsync("running");
            server.Signal(CliProcess.SigTerm);
            await server.WaitForAsync("Ctrl-C again ends at once");
            server.Signal(CliProcess.SigTerm);
            (await server.EndAsync()).Exits(130);
        }

        await using var next = await ServeAsync(said => Assert.Contains("had left running", said, StringComparison.Ordinal));
        var lost = Assert.Single(await EventsAsync(), e => e.Type == "stage.failed").Data.GetProperty("error");
        Assert.Equal("worker_died", lost.GetProperty("code").GetString());
        Assert.Contains("left running were ended", lost.GetProperty("detail").GetString(), StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "cancel", "last")).Exits(0);
        await CliProcess.RunAsync(_folder.Path, "show", "last", "-f");
    }

    private void Write(string script) =>
        _folder.Write("pipelines/stay.json", JsonSerializer.Serialize(new { id = "stay", stages = new[] { new { id = "stay", type = "shell", shell = new { run = script } } } }));

    private async Task<CliProcess> ServeAsync(Action<string>? check = null)
    {
        var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0");
        var said = await server.WaitForAsync(check is null ? "Ctrl-C stops" : "had left running");
        check?.Invoke(said);
        return server;
    }

    private async Task StartAsync(string awaited)
    {
        (await CliProcess.RunAsync(_folder.Path, "run", "stay", "--detach")).Exits(0);
        await WaitForOutputAsync(awaited);
    }

    private async Task WaitForOutputAsync(string text)
    {
        await using var follow = CliProcess.Start(_folder.Path, "events", "last", "-f");
        await follow.WaitForAsync($"\"text\":\"{text}");
    }

    private async Task<List<(string Type, JsonElement Data)>> EventsAsync() =>
        [.. (await CliProcess.RunAsync(_folder.Path, "events", "last")).Exits(0).Lines.Select(l => JsonElement.Parse(l)).Select(e => (e.GetProperty("type").GetString()!, e.GetProperty("data")))];
}
