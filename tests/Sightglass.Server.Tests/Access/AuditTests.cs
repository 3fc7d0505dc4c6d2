using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Access.Auditing;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class AuditTests
{
    [Fact]
    public async Task Command_is_noted_with_who_where_what_and_what_came_of_it()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("bob", "viewer");
        var (ada, bob) = (await server.LogInAsync("ada"), await server.LogInAsync("bob"));
        (await server.PostAsync("/api/session", """{"name":"bob","password":"wrong password"}""")).AssertProblem(HttpStatusCode.Unauthorized, "login_failed");
        var run = await server.PostAsync("/api/pipelines/waits/run", "{}", ada, Origin(server));
        var id = run.Json.GetProperty("executionId").GetGuid();
        await server.PostAsync($"/api/executions/{id}/cancel", "{}", bob, Origin(server));
        await server.GetAsync("/api/pipelines", bob);
        await server.PostAsync($"/api/executions/{id}/cancel", "{}");

        var entries = (await server.GetAsync("/api/audit", ada)).Json.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(
            [
                ("bob", "session", "POST /api/executions/{id}/cancel", "refused", "forbidden"),
                ("ada", "session", "POST /api/pipelines/{id}/run", "done", null),
                ("bob", "anonymous", "POST /api/session", "refused", "login_failed"),
                ("bob", "session", "POST /api/session", "done", null),
                ("ada", "session", "POST /api/session", "done", null),
            ],
            entries.Select(e => (Text(e, "by"), Text(e, "kind"), Text(e, "action"), Text(e, "outcome"), Text(e, "code"))));
        Assert.All(entries, e => Assert.Equal("127.0.0.1", Text(e, "from")));
        Assert.Equal($"/api/executions/{id}/cancel", Text(entries[0], "target"));
        Assert.Equal([5, 4, 3, 2, 1], entries.Select(e => e.GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task Answer_waits_until_its_entry_is_durable()
    {
        await using var store = new SlowRecords();
        await using var server = await ServerHarness.StartAsync(store: store, pipelines: Some.Waits);
        await server.AddUserAsync("ada", "admin");
        var cookie = await server.LogInAsync("ada");
        store.Hold();
        var answer = server.PostAsync("/api/pipelines/waits/run", "{}", cookie, Origin(server));
        var refusal = server.PostAsync("/api/pipelines/nothing/run", "{}", cookie, Origin(server));
        await store.Asked.WaitAsync(ServerHarness.Limit);
        await server.GetAsync("/healthz");
        Assert.False(answer.IsCompleted || refusal.IsCompleted, "An answer came before its entry of the audit log was kept.");
        store.Release();
        Assert.Equal(HttpStatusCode.OK, (await answer).Status);
        (await refusal).AssertProblem(HttpStatusCode.NotFound, "pipeline_not_found");
        Assert.Equal(2, (await server.GetAsync("/api/audit?action=run", cookie)).Json.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task Entries_are_filtered_and_paged_by_a_cursor()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        for (var i = 0; i < 5; i++) await server.RunAsync("waits");
        await server.PostAsync("/api/pipelines/nothing/run", "{}");
        var first = (await server.GetAsync("/api/audit?limit=2&action=run&outcome=done")).Json;
        var second = (await server.GetAsync($"/api/audit?limit=2&action=run&outcome=done&cursor={Text(first, "next")}")).Json;
        var third = (await server.GetAsync($"/api/audit?limit=2&action=run&outcome=done&cursor={Text(second, "next")}")).Json;

        Assert.Equal([5, 4, 3, 2, 1], new[] { first, second, third }.SelectMany(p => p.GetProperty("entries").EnumerateArray()).Select(e => e.GetProperty("number").GetInt32()));
        Assert.Null(Text(third, "next"));
        Assert.Equal(["pipeline_not_found"], (await server.GetAsync("/api/audit?code=pipeline_not_found")).Json.GetProperty("entries").EnumerateArray().Select(e => Text(e, "code")));
        Assert.Equal(0, (await server.GetAsync("/api/audit?from=2999-01-01T00:00:00Z")).Json.GetProperty("entries").GetArrayLength());
        foreach (var bad in (string[])["cursor=-1", "cursor=x", "limit=0", "limit=1001", "format=xml", "outcome=well", "from=soon", "cursor=9223372036854775807"])
            (await server.GetAsync("/api/audit?" + bad)).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
    }

    [Fact]
    public async Task Export_is_a_file_in_which_no_cell_is_a_formula()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddUserAsync("ada", "admin");
        await server.PostAsync("/api/session", """{"name":"=cmd|'/c calc'!A1","password":"wrong password"}""");
        await server.PostAsync("/api/session", """{"name":"a,\"b\"\nc","password":"wrong password"}""");
        var cookie = await server.LogInAsync("ada");
        var csv = await server.GetAsync("/api/audit?format=csv", cookie);
        var ndjson = await server.GetAsync("/api/audit?format=ndjson", cookie);

        Assert.Equal("text/csv", csv.Type);
        Assert.StartsWith("attachment", csv.Response.Content.Headers.GetValues("Content-Disposition").Single(), StringComparison.Ordinal);
        Assert.Contains(",\"'=cmd|'/c calc'!a1\",", csv.Text, StringComparison.Ordinal);
        Assert.Contains(",\"a,\"\"b\"\"\nc\",", csv.Text, StringComparison.Ordinal);
        Assert.Equal(3, ndjson.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l)).Count());
    }

    [Fact]
    public async Task Entries_of_another_organization_are_not_seen()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("eve", "admin", organization: "acme");
        var eve = await server.LogInAsync("eve", organization: "acme");
        var ada = await server.LogInAsync("ada");

        Assert.Equal(["eve"], (await server.GetAsync("/api/audit", eve)).Json.GetProperty("entries").EnumerateArray().Select(e => Text(e, "by")));
        (await server.GetAsync("/api/audit?organization=default", eve)).AssertProblem(HttpStatusCode.NotFound, "organization_not_found");
        Assert.Equal(["eve"], (await server.GetAsync("/api/audit?organization=acme", ada)).Json.GetProperty("entries").EnumerateArray().Select(e => Text(e, "by")));
    }

    [Fact]
    public async Task Oldest_entries_go_when_there_are_too_many_or_they_are_too_old()
    {
        var time = new ManualTime();
        await using var store = new InMemoryEventStore(time);
        var options = new AccessOptions { MaxAuditEntries = 5 };
        var log = new AuditLog(store, options, time, NullLogger.Instance);
        await Task.WhenAll(Enumerable.Range(1, 400).Select(i => log.AddAsync(Entry("e" + i))));
        var (kept, next) = await log.ReadAsync("default", null, 1000, default);
        Assert.Equal([400, 399, 398, 397, 396], kept.Select(e => e.Number));
        Assert.Null(next);

        // The numbers go on in another process.
        var later = new AuditLog(store, options, time, NullLogger.Instance);
        await later.AddAsync(Entry("after"));
        Assert.Equal([401, 400, 399, 398, 397], (await later.ReadAsync("default", null, 1000, default)).Entries.Select(e => e.Number));
        time.Advance(options.AuditLife);
        Assert.Empty((await later.ReadAsync("default", null, 1000, default)).Entries);

        AuditEntry Entry(string by) => new() { Time = time.GetUtcNow(), Organization = "default", By = by, Kind = "local", From = "socket", Action = "x", Target = "y", Outcome = "done" };
    }

    [Fact]
    public async Task Command_is_done_when_the_audit_log_cannot_be_written()
    {
        var disk = new FullDisk();
        await using var server = await ServerHarness.StartAsync(store: disk, pipelines: [Some.Waits]);
        var id = await server.RunAsync("waits");
        disk.IsFull = true;
        var answer = await server.PostAsync($"/api/executions/{Guid.CreateVersion7(DateTimeOffset.UnixEpoch)}/cancel", "{}");
        answer.AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        disk.IsFull = false;
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{id}/cancel", "{}")).Status);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static (string, string) Origin(ServerHarness server) => ("Origin", server.Address.GetLeftPart(UriPartial.Authority));

    /// <summary>A store that can be made to keep entries of the audit log waiting.</summary>
    private sealed class SlowRecords() : PassingStore(new InMemoryEventStore())
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _held;

        /// <summary>Gets what completes when an entry waits.</summary>
        public Task Asked => _asked.Task;

        public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => Interlocked.Exchange(ref _held, null)!.SetResult();

        public override async ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default)
        {
            if (writes[0].Key.Collection == "audit" && Volatile.Read(ref _held) is { } held)
            {
                _asked.TrySetResult();
                await held.Task.WaitAsync(ServerHarness.Limit, cancellationToken);
            }

            return await base.WriteAsync(writes, cancellationToken);
        }
    }
}
