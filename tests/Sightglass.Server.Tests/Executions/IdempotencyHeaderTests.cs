using System.Net;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class IdempotencyHeaderTests
{
    private static (string Name, string Value) Key(string key) => ("Idempotency-Key", key);

    [Fact]
    public async Task Run_starts_one_execution_when_posted_twice_under_one_key()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var first = await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada"}""", Key("one"));
        var second = await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada"}""", Key("one"));
        var third = await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada"}""", Key("two"));

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(first.Text, second.Text);
        Assert.NotEqual(first.Text, third.Text);
        (await server.PostAsync("/api/pipelines/hello/run", """{"input":"Bob"}""", Key("one"))).AssertProblem(HttpStatusCode.Conflict, "idempotency_conflict");
        Assert.Equal(2, (await server.GetAsync("/api/executions/history")).Json.GetProperty("executions").GetArrayLength());
    }

    [Fact]
    public async Task Run_and_commands_are_answered_as_before_when_repeated_after_a_restart_on_the_same_file()
    {
        var folder = Directory.CreateTempSubdirectory("sg-once-");
        IEventStore Open() => SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "log.db"), Durability = SqliteDurability.Off });
        try
        {
            Answer started, paused;
            string path;
            await using (var before = await ServerHarness.StartAsync(store: Open(), pipelines: [Some.Waits]))
            {
                started = await before.PostAsync("/api/pipelines/waits/run", "{}", Key("run"));
                path = $"/api/executions/{started.Json.GetProperty("executionId").GetGuid()}";
                paused = await before.PostAsync(path + "/pause", """{"reason":"lunch"}""", Key("pause"));
                Assert.Equal(HttpStatusCode.OK, paused.Status);
                await before.PostAsync(path + "/resume", "{}", Key("resume"));
            }

            await using var after = await ServerHarness.StartAsync(store: Open(), pipelines: [Some.Waits]);
            Assert.Equal(started.Text, (await after.PostAsync("/api/pipelines/waits/run", "{}", Key("run"))).Text);
            Assert.Equal(paused.Text, (await after.PostAsync(path + "/pause", """{"reason":"lunch"}""", Key("pause"))).Text);
            (await after.PostAsync(path + "/pause", """{"reason":"dinner"}""", Key("pause"))).AssertProblem(HttpStatusCode.Conflict, "idempotency_conflict");
            Assert.Equal("running", (await after.GetAsync(path)).Json.GetProperty("status").GetString());
            Assert.Single((await after.GetAsync("/api/executions/history")).Json.GetProperty("executions").EnumerateArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Every_command_route_takes_the_header()
    {
        await using var server = await ServerHarness.StartAsync(Some.Approval, Some.Waits, Some.Fails);
        var asked = await server.RunAsync("approval");
        var waits = await server.RunAsync("waits");
        var failed = await server.RunToEndAsync("fails");
        (string Path, string Body)[] posts =
        [
            ($"/api/executions/{waits}/pause", "{}"),
            ($"/api/executions/{waits}/resume", "{}"),
            ("/api/events", """{"type":"go","data":{"n":1}}"""),
            ($"/api/executions/{asked}/approve", """{"stage":"ask"}"""),
            ($"/api/executions/{failed}/retry", "{}"),
        ];
        foreach (var (path, body) in posts)
        {
            var first = await server.PostAsync(path, body, Key("k"));
            Assert.True(first.Status == HttpStatusCode.OK, path + ": " + first.Text);
            Assert.Equal(first.Text, (await server.PostAsync(path, body, Key("k"))).Text);
            (await server.PostAsync(path, body.Replace("}", ",\"x\":1}", StringComparison.Ordinal).Replace("{,", "{", StringComparison.Ordinal), Key("k")))
                .AssertProblem(HttpStatusCode.Conflict, "idempotency_conflict");
        }
    }

    [Fact]
    public async Task Cancel_and_reject_are_answered_as_before_when_repeated()
    {
        await using var server = await ServerHarness.StartAsync(Some.Approval, Some.Waits);
        var waits = await server.RunAsync("waits");
        var asked = await server.RunAsync("approval");
        foreach (var (path, body) in new[] { ($"/api/executions/{waits}/cancel", "{}"), ($"/api/executions/{asked}/reject", """{"stage":"ask"}""") })
        {
            var first = await server.PostAsync(path, body, Key("k"));
            Assert.Equal(HttpStatusCode.OK, first.Status);
            await server.EndAsync(path.Contains("cancel", StringComparison.Ordinal) ? waits : asked);
            Assert.Equal(first.Text, (await server.PostAsync(path, body, Key("k"))).Text);
        }

        Assert.False((await server.PostAsync($"/api/executions/{waits}/cancel", "{}", Key("another"))).Json.GetProperty("cancelled").GetBoolean());
    }

    [Fact]
    public async Task Header_is_refused_when_it_is_no_key()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var id = await server.RunToEndAsync("hello", """{"input":"Ada"}""");
        foreach (var bad in new[] { "", new string('k', 256) })
        {
            (await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada"}""", Key(bad))).AssertProblem(HttpStatusCode.BadRequest, "idempotency_key_invalid");
            (await server.PostAsync("/api/events", """{"type":"go"}""", Key(bad))).AssertProblem(HttpStatusCode.BadRequest, "idempotency_key_invalid");
            (await server.PostAsync($"/api/executions/{id}/cancel", "{}", Key(bad))).AssertProblem(HttpStatusCode.BadRequest, "idempotency_key_invalid");
        }
    }

    [Fact]
    public async Task Run_is_unavailable_with_the_reason_when_the_disk_is_full_and_starts_under_its_key_when_it_is_mended()
    {
        var disk = new FullDisk { IsFull = true };
        await using var server = await ServerHarness.StartAsync(store: disk, pipelines: [Some.Hello]);
        (await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada"}""", Key("one"))).AssertProblem(HttpStatusCode.ServiceUnavailable, "disk_full");
        disk.IsFull = false;

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada"}""", Key("one"))).Status);
    }
}
