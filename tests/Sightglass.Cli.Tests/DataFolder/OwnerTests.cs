using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.DataFolder;

public sealed class OwnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_owner_is_refused_with_the_pid_of_the_first()
    {
        _folder.Write("waiting.yaml", TemporaryFolder.Waiting);
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        await using var run = CliProcess.Start(_folder.Path, "run", "waiting.yaml");
        await run.WaitForAsync("| waiting");
        foreach (var second in (string[][])[["serve", "--urls", "http://127.0.0.1:0"], ["run", "hello.yaml"]])
        {
            var refused = (await CliProcess.RunAsync(_folder.Path, second)).Exits(3);
            Assert.Contains($"process {run.Id} (sightglass run)", refused.Error, StringComparison.Ordinal);
            Assert.Single(refused.Error.TrimEnd().Split('\n'));
        }

        _folder.Write("go", "");
        (await run.EndAsync()).Exits(0);
    }

    [Fact]
    public async Task Commands_reach_a_run_through_its_socket()
    {
        _folder.Write("approval.yaml", TemporaryFolder.Approval);
        await using var run = CliProcess.Start(_folder.Path, "run", "approval.yaml");
        await run.WaitForAsync("waits for approval");
        Assert.Contains("\"status\":\"running\"", (await CliProcess.RunAsync(_folder.Path, "list", "--json")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("sightglass approve", (await CliProcess.RunAsync(_folder.Path, "show", "last")).Exits(0).Output, StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "approve", "last", "nothing")).Exits(5);
        await using var events = CliProcess.Start(_folder.Path, "events", "last", "-f");
        await events.WaitForAsync("approval.requested");
        Assert.Contains("Approved", (await CliProcess.RunAsync(_folder.Path, "approve", "last", "publish", "--comment", "good")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("approved", (await run.EndAsync()).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("execution.completed", (await events.EndAsync()).Exits(0).Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Data, "sightglass.sock")));
    }

    [Fact]
    public async Task Schedules_of_a_server_start_by_themselves_and_obey_commands()
    {
        const string file = "pipelines/ticking.yaml";
        const string ticking = "schedules: [{ id: often, every: 1s, overlap: allow }]\nstages: [{ id: a, data: { value: '1' } }]\n";
        _folder.Write(file, ticking);
        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0");
        await server.WaitForAsync("Ctrl-C stops");

        await UntilAsync(schedule => schedule.GetProperty("started").GetInt64() > 0);
        Assert.Contains("held", (await CliProcess.RunAsync(_folder.Path, "schedules", "pause", "ticking/often")).Exits(0).Output, StringComparison.Ordinal);
        await UntilAsync(schedule => schedule.GetProperty("paused").GetBoolean() && schedule.GetProperty("next").ValueKind == JsonValueKind.Null);
        Assert.Contains("Started", (await CliProcess.RunAsync(_folder.Path, "schedules", "trigger", "ticking/often")).Exits(0).Output, StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "schedules", "resume", "ticking/often")).Exits(0);
        (await CliProcess.RunAsync(_folder.Path, "schedules", "pause", "ticking/never")).Exits(5);
        Assert.Contains("PIPELINE/SCHEDULE", (await CliProcess.RunAsync(_folder.Path, "schedules", "pause", "ticking")).Exits(2).Error, StringComparison.Ordinal);
        _folder.Write(file, ticking.Replace("1s", "7d", StringComparison.Ordinal));
        await UntilAsync(schedule => schedule.GetProperty("every").GetString() == "7d");
        Assert.Contains("ticking/often", (await CliProcess.RunAsync(_folder.Path, "schedules")).Exits(0).Output, StringComparison.Ordinal);
        server.Signal(CliProcess.SigTerm);
        (await server.EndAsync()).Exits(0);
        Assert.Contains("sightglass serve", (await CliProcess.RunAsync(_folder.Path, "schedules")).Exits(6).Error, StringComparison.Ordinal);

        async Task UntilAsync(Func<JsonElement, bool> condition)
        {
            var start = TimeProvider.System.GetTimestamp();
            while (true)
            {
                var list = JsonElement.Parse((await CliProcess.RunAsync(_folder.Path, "schedules", "list", "--json")).Exits(0).Output).GetProperty("schedules");
                if (list.GetArrayLength() == 1 && condition(list[0])) return;
                Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), list.GetRawText());
            }
        }
    }

    [Fact]
    public async Task Webhooks_of_a_server_are_delivered_and_what_is_given_up_can_be_handled()
    {
        using var receiver = new TcpListener(IPAddress.Loopback, 0);
        receiver.Start();
        var port = ((IPEndPoint)receiver.LocalEndpoint).Port;
        _folder.Write("pipelines/told.yaml", $"webhooks: [{{ url: 'http://127.0.0.1:{port}/hook' }}, {{ url: 'http://127.0.0.2:1/' }}]\nstages: [{{ id: a, data: {{ value: '1' }} }}]\n");
        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0", "--allow-host", $"127.0.0.1:{port}");
        await server.WaitForAsync("Ctrl-C stops");
        (await CliProcess.RunAsync(_folder.Path, "run", "told", "--detach")).Exits(0);

        using (var connection = await receiver.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(60)))
        {
            using var reader = new StreamReader(connection.GetStream());
            Assert.Equal("POST /hook HTTP/1.1", await reader.ReadLineAsync());
            await connection.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
            await UntilAsync("webhooks", "Accepted");
        }

        await UntilAsync("webhooks dead", "127.0.0.2");
        Assert.Contains("private network", (await CliProcess.RunAsync(_folder.Path, "webhooks", "dead")).Exits(0).Output, StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "webhooks", "redeliver", "whd_none")).Exits(5);
        Assert.Contains("1 letter", (await CliProcess.RunAsync(_folder.Path, "webhooks", "redeliver", "all")).Exits(0).Output, StringComparison.Ordinal);
        await UntilAsync("webhooks dead", "127.0.0.2");
        Assert.Contains("1 letter", (await CliProcess.RunAsync(_folder.Path, "webhooks", "delete", "all")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was given up", (await CliProcess.RunAsync(_folder.Path, "webhooks", "dead")).Exits(0).Output, StringComparison.Ordinal);

        async Task UntilAsync(string command, string expected)
        {
            var start = TimeProvider.System.GetTimestamp();
            while ((await CliProcess.RunAsync(_folder.Path, command.Split(' '))).Exits(0).Output is var output && !output.Contains(expected, StringComparison.Ordinal))
                Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), output);
        }
    }

    [Fact]
    public async Task A_server_runs_what_is_given_to_it_and_goes_on_after_a_restart()
    {
        _folder.Write("approval.yaml", TemporaryFolder.Approval);
        _folder.Write("pipelines/listening.yaml", TemporaryFolder.Listening);
        await using (var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0"))
        {
            var welcome = await server.WaitForAsync("Ctrl-C stops");
            Assert.Matches(@"^Sightglass on http://127\.0\.0\.1:\d+ – 1 pipeline from pipelines, data in \.sightglass\.", welcome);
            var id = (await CliProcess.RunAsync(_folder.Path, "run", "approval.yaml", "--detach")).Exits(0).Output.Trim();
            (await CliProcess.RunAsync(_folder.Path, "approve", id[..13], "publish")).Exits(0);
            Assert.Contains("Completed", (await CliProcess.RunAsync(_folder.Path, "show", id, "-f")).Exits(0).Output, StringComparison.Ordinal);
            (await CliProcess.RunAsync(_folder.Path, "run", "listening", "--detach")).Exits(0);
            server.Signal(CliProcess.SigTerm);
            (await server.EndAsync()).Exits(0);
        }

        // Nobody runs it now: the event is kept and takes effect at the next start.
        Assert.Contains("No execution waits", (await CliProcess.RunAsync(_folder.Path, "emit", "release.ready", "--data", "{\"branch\":\"dev\"}")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("sightglass serve", (await CliProcess.RunAsync(_folder.Path, "emit", "release.ready", "--data", "{\"branch\":\"main\"}")).Exits(0).Output, StringComparison.Ordinal);
        await using var second = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0");
        await second.WaitForAsync("Went on with 1 execution");
        Assert.Contains("heard", (await CliProcess.RunAsync(_folder.Path, "show", "last", "-f")).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_without_an_owner_are_kept_and_say_when_they_take_effect()
    {
        _folder.Write("failing.yaml", TemporaryFolder.Failing);
        (await CliProcess.RunAsync(_folder.Path, "run", "failing.yaml")).Exits(1);
        (await CliProcess.RunAsync(_folder.Path, "cancel", "last")).Exits(6);
        Assert.Contains("sightglass serve", (await CliProcess.RunAsync(_folder.Path, "retry", "last")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"queued\"", (await CliProcess.RunAsync(_folder.Path, "history", "--json")).Exits(0).Output, StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "pause", "last")).Exits(0);
        (await CliProcess.RunAsync(_folder.Path, "resume", "last")).Exits(0);
        (await CliProcess.RunAsync(_folder.Path, "cancel", "last")).Exits(0);
        Assert.Contains("\"status\":\"cancelled\"", (await CliProcess.RunAsync(_folder.Path, "history", "--json")).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence_and_exits_3()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var refused = (await CliProcess.RunAsync(_folder.Path, "serve", "--urls", $"http://127.0.0.1:{port}")).Exits(3);
        Assert.Contains($"Port {port} is in use", refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_long_path_gets_its_socket_elsewhere()
    {
        var data = Path.Combine(_folder.Path, new string('d', 100), new string('e', 100));
        _folder.Write("approval.yaml", TemporaryFolder.Approval);
        await using var run = CliProcess.Start(_folder.Path, "run", "approval.yaml", "--data", data);
        await run.WaitForAsync("waits for approval");
        (await CliProcess.RunAsync(_folder.Path, "approve", "last", "publish", "--data", data)).Exits(0);
        (await run.EndAsync()).Exits(0);
        Assert.False(File.Exists(Path.Combine(data, "owner.json")));
    }

    [Fact]
    public async Task A_killed_owner_is_in_nobodys_way()
    {
        _folder.Write("approval.yaml", TemporaryFolder.Approval);
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        await using (var run = CliProcess.Start(_folder.Path, "run", "approval.yaml"))
        {
            await run.WaitForAsync("waits for approval");
            (await CliProcess.RunAsync(_folder.Path, "list")).Exits(0);
            run.Signal(9);
            await run.EndAsync();
        }

        Assert.Contains("sightglass serve", (await CliProcess.RunAsync(_folder.Path, "show", "last")).Exits(0).Error, StringComparison.Ordinal);
        (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(0);
        var history = JsonElement.Parse((await CliProcess.RunAsync(_folder.Path, "history", "--json")).Exits(0).Output);
        Assert.Equal(["completed", "running"], history.GetProperty("executions").EnumerateArray().Select(e => e.GetProperty("status").GetString()));
    }
}
