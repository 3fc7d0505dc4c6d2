using System.Text.Json;
using System.Text;
using Sightglass.Core.Ports;
using Sightglass.Core.Tests.Stages;
using Sightglass.Core.Webhooks;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Webhooks;

public sealed class WebhookDispatcherTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly InMemoryEventStore _store = new();
    private readonly ManualTime _time = new();
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Receiver_gets_a_signed_message_when_an_execution_has_ended()
    {
        await using var world = World(name => name == "HOOK" ? "s3cret" : null);
        world.Dispatcher.Start();

        var id = await world.RunAsync(Pipeline("secret: '${{ secrets.HOOK }}', headers: { X-Key: 'k ${{ secrets.HOOK }}' }"));
        await world.UntilAsync(() => !_receiver.Requests.IsEmpty);

        var message = Assert.Single(_receiver.Requests);
        Assert.True(WebhookSignature.Verify(message.Headers[WebhookSignature.Header], "s3cret", Encoding.UTF8.GetBytes(message.Body), _time.GetUtcNow(), Second));
        Assert.False(WebhookSignature.Verify(message.Headers[WebhookSignature.Header], "s3cret", Encoding.UTF8.GetBytes(message.Body + " "), _time.GetUtcNow(), Second));
        Assert.False(WebhookSignature.Verify(message.Headers[WebhookSignature.Header], "other", Encoding.UTF8.GetBytes(message.Body), _time.GetUtcNow(), Second));
        Assert.Equal(("k s3cret", "execution.completed"), (message.Headers["X-Key"], message.Headers["X-Sightglass-Event"]));
        var body = JsonElement.Parse(message.Body);
        Assert.Equal((message.Id, id, 1), (body.GetProperty("id").GetString(), body.GetProperty("execution").GetProperty("id").GetGuid(), body.GetProperty("execution").GetProperty("turn").GetInt32()));
        Assert.Equal(42, body.GetProperty("data").GetProperty("output").GetInt32());
        await world.UntilAsync(() => world.Dispatcher.Waiting == 0);
        Assert.Equal("ok", Assert.Single(world.Dispatcher.ListRecent()).Code);
    }

    [Fact]
    public async Task Receiver_gets_the_results_of_the_stages_it_asked_for()
    {
        await using var world = World();
        world.Dispatcher.Start();

        await world.RunAsync($$"""
            webhooks: [{ url: "{{_receiver.Url}}", on: [stage.failed, stage.completed, failed], stages: [b] }]
            stages:
              - { id: a, data: { value: '1' } }
              - { id: b, needs: [a], retry: { maxAttempts: 2, delay: 10ms }, data: { value: "1 / 0" } }
            """);
        await world.UntilAsync(() => _receiver.Requests.Count == 2);

        Assert.Equal(["execution.failed", "stage.failed"], _receiver.Requests.Select(r => r.Headers["X-Sightglass-Event"]).Order());
        Assert.Equal("b", JsonElement.Parse(_receiver.Requests.Single(r => r.Headers["X-Sightglass-Event"] == "stage.failed").Body).GetProperty("stage").GetString());
    }

    [Fact]
    public async Task Address_of_a_run_is_told_of_its_end()
    {
        await using var world = World();
        world.Dispatcher.Start();

        await world.RunAsync("stages: [{ id: a, data: { value: '1' } }]", _receiver.Url);

        await world.UntilAsync(() => _receiver.Requests.Count == 1);
        Assert.EndsWith("_url", _receiver.Requests.Single().Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delivery_is_tried_again_under_its_id_when_the_receiver_fails()
    {
        var answers = new Queue<Func<Microsoft.AspNetCore.Http.HttpContext, Task>>([
            context => Task.FromResult(context.Response.StatusCode = 500),
            context => { context.Abort(); return Task.CompletedTask; },
            context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted),
            context => Task.FromResult(context.Response.StatusCode = 302),
        ]);
        _receiver.Answer = context => answers.TryDequeue(out var answer) ? answer(context) : Task.CompletedTask;
        await using var world = World();
        world.Dispatcher.Start();
        await world.RunAsync(Pipeline(""));

        await world.UntilAsync(() => world.Dispatcher.ListRecent().Any(a => a.Code == "ok"), Second, () => (_receiver.Requests.Count, world.Dispatcher.ListRecent().Count) == (3, 2));

        Assert.Equal(["ok", "webhook_status", "webhook_timeout", "webhook_unreachable", "webhook_status"], world.Dispatcher.ListRecent().Select(a => a.Code));
        Assert.Single(_receiver.Requests.Select(r => (r.Id, r.Body)).Distinct());
        Assert.Equal(5, _receiver.Requests.Count);
        Assert.Empty(await world.DeadAsync());
    }

    [Fact]
    public async Task Delivery_waits_as_long_as_the_receiver_asks()
    {
        _receiver.Answer = context =>
        {
            if (_receiver.Requests.Count > 1) return Task.CompletedTask;
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        };
        await using var world = World();
        world.Dispatcher.Start();
        await world.RunAsync(Pipeline(""));
        await world.UntilAsync(() => world.Dispatcher.ListRecent().Count == 1);
        var begin = _time.GetUtcNow();

        await world.UntilAsync(() => world.Dispatcher.ListRecent().Count == 2, TimeSpan.FromMinutes(1));

        Assert.True(_time.GetUtcNow() - begin >= TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Delivery_is_given_up_after_its_attempts_and_can_be_tried_again_or_deleted()
    {
        _receiver.Answer = context => Task.FromResult(context.Response.StatusCode = 503);
        await using var world = World();
        world.Dispatcher.Start();
        await world.RunAsync(Pipeline(""));
        await world.RunAsync(Pipeline(""));

        await world.UntilAsync(async () => (await world.DeadAsync()).Count == 2, TimeSpan.FromMinutes(2));

        var dead = await world.DeadAsync();
        Assert.All(dead, d => Assert.Equal(("webhook_status", 12), (d.ErrorCode, d.Attempts)));
        _receiver.Answer = static _ => Task.CompletedTask;
        Assert.True(await world.Dispatcher.RedeliverAsync(dead[0].Id));
        Assert.False(await world.Dispatcher.RedeliverAsync("whd_other"));
        await world.UntilAsync(() => world.Dispatcher.ListRecent()[0] is { Code: "ok" } last && last.Id == dead[0].Id, Second);
        Assert.True(await world.Dispatcher.DeleteDeadAsync(dead[1].Id));
        Assert.False(await world.Dispatcher.DeleteDeadAsync(dead[1].Id));
        Assert.Empty(await world.DeadAsync());
    }

    [Theory]
    [InlineData("secret: '${{ secrets.NONE }}'", true, "webhook_secret_missing")]
    [InlineData("", false, "webhook_address_refused")]
    public async Task Delivery_is_given_up_at_once_when_it_cannot_be_sent(string hook, bool allowsLoopback, string code)
    {
        await using var world = World(allowsLoopback: allowsLoopback);
        world.Dispatcher.Start();
        await world.RunAsync(Pipeline(hook));

        await world.UntilAsync(async () => (await world.DeadAsync()).Count == 1);

        Assert.Equal(code, (await world.DeadAsync()).Single().ErrorCode);
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task Nothing_is_lost_and_nothing_accepted_comes_again_when_processes_end_in_the_middle()
    {
        for (var process = 0; process < 6; process++)
        {
            await using var world = World();

            // Some results come before anybody delivers, as those of a run in a terminal, some meanwhile.
            for (var i = 0; i < 5; i++) await world.RunAsync(Pipeline(""));
            world.Dispatcher.Start();
            for (var i = 0; i < 5; i++) await world.RunAsync(Pipeline(""));
            if (process % 2 == 0) await world.UntilAsync(() => world.Dispatcher.ListRecent().Count >= 2);
        }

        await using var last = World();
        last.Dispatcher.Start();
        await last.UntilAsync(() => _receiver.Requests.Select(r => r.Id).Distinct().Count() == 60);
        await last.UntilAsync(() => last.Dispatcher.Waiting == 0);

        // At most what was under way when a process ended came twice.
        Assert.InRange(_receiver.Requests.Count, 60, 60 + (6 * 4));
    }

    [Fact]
    public async Task Delivery_waits_for_the_store_when_it_fails()
    {
        var records = new FailingRecords(_store, failures: 5);
        await using var world = new HookWorld(_store, records, _time);
        world.Dispatcher.Start();
        await world.RunAsync(Pipeline(""));

        await world.UntilAsync(() => !_receiver.Requests.IsEmpty && world.Dispatcher.Waiting == 0, Second);

        Assert.Equal(0, records.Failures);
        Assert.Single(_receiver.Requests.Select(r => r.Id).Distinct());
        Assert.Empty(await world.DeadAsync());
    }

    [Fact]
    public async Task Next_turn_is_told_under_an_id_of_its_own()
    {
        await using var world = World();
        world.Code.Register("flaky", _ => _receiver.Requests.IsEmpty ? throw new InvalidOperationException("not yet") : 1);
        world.Dispatcher.Start();
        var id = await world.RunAsync($$"""
            webhooks: [{ url: "{{_receiver.Url}}" }]
            stages: [{ id: a, code: { name: flaky } }]
            """);
        await world.UntilAsync(() => _receiver.Requests.Count == 1);
        await world.UntilAsync(() => world.Dispatcher.Waiting == 0);

        Assert.True((await world.Engine.RetryAsync(id)).Accepted);
        await world.UntilAsync(() => _receiver.Requests.Count == 2);

        Assert.Equal([("execution.failed", 1), ("execution.completed", 2)], _receiver.Requests.Select(r => (r.Headers["X-Sightglass-Event"], JsonElement.Parse(r.Body).GetProperty("execution").GetProperty("turn").GetInt32())));
    }

    [Fact]
    public async Task Others_get_everything_when_one_receiver_hangs()
    {
        await using var dead = await Receiver.StartAsync();
        dead.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        await using var world = World();
        world.Code.Register("range", _ => Enumerable.Range(0, 5_000).ToArray());
        world.Dispatcher.Start();

        await world.RunAsync($$$"""
            webhooks:
              - { url: "{{{_receiver.Url}}}", on: [stage.completed], stages: [a] }
              - { url: "{{{dead.Url}}}", on: [stage.completed], stages: [a] }
            stages:
              - { id: list, code: { name: range } }
              - { id: a, forEach: "${{ stages.list.output }}", data: { value: item } }
            """);

        // Each instance, and the stage as a whole.
        await world.UntilAsync(() => _receiver.Requests.Count >= 5_001);
        Assert.Equal(5_001, _receiver.Requests.Select(r => r.Id).Distinct().Count());
        Assert.InRange(dead.Requests.Count, 0, 4);
    }

    [Fact]
    public async Task Nobody_reads_the_log_when_nobody_is_told()
    {
        var store = new CountingStore(_store);
        await using var world = new HookWorld(store, _store, _time);
        world.Dispatcher.Start();
        await world.UntilAsync(() => store.Reads > 0);
        for (var i = 0; i < 20; i++) await world.RunAsync("stages: [{ id: a, data: { value: '1' } }]");
        var reads = store.Reads;

        for (var i = 0; i < 20; i++) await world.RunAsync("stages: [{ id: a, data: { value: '1' } }]");
        await world.UntilAsync(async () => await PlaceAsync() > 40, Second);

        Assert.InRange(store.Reads, reads, reads + 2);
    }

    [Fact]
    public async Task Log_in_which_nobody_was_ever_to_be_told_is_not_read_and_what_comes_after_is_told()
    {
        await using (var before = World())
        {
            for (var i = 0; i < 100; i++) await before.RunAsync("stages: [{ id: a, data: { value: '1' } }]");
        }

        var end = (await _store.ReadFromPositionAsync(0, int.MaxValue))[^1].Position;
        var store = new CountingStore(_store);
        await using var world = new HookWorld(store, _store, _time);
        world.Dispatcher.Start();
        await world.UntilAsync(async () => await PlaceAsync() == end, Second);
        Assert.Equal(0, store.Looks);
        Assert.InRange(store.Reads, 1, 100);

        await world.RunAsync(Pipeline("on: [completed]"));
        await world.UntilAsync(() => !_receiver.Requests.IsEmpty);
        Assert.Single(_receiver.Requests);
    }

    private async Task<long> PlaceAsync() =>
        await _store.GetAsync(new RecordKey("default", "webhooks", "place")) is { } record ? long.Parse(Encoding.UTF8.GetString(record.Bytes.Span), null) : 0;

    private HookWorld World(Func<string, string?>? secrets = null, bool allowsLoopback = true) => new(_store, _store, _time, secrets, allowsLoopback);

    private string Pipeline(string hook) => $$"""
        webhooks: [{ url: "{{_receiver.Url}}", {{hook}} }]
        stages: [{ id: a, data: { value: '42' } }]
        """;

    /// <summary>Records whose first writes fail, each second one after it was applied.</summary>
    private sealed class FailingRecords(IRecordStore inner, int failures) : IRecordStore
    {
        private int _left = failures;

        public int Failures => Volatile.Read(ref _left);

        public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default) => inner.GetAsync(key, cancellationToken);

        public async ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default)
        {
            if (Failures == 0) return await inner.WriteAsync(writes, cancellationToken);
            if (Interlocked.Decrement(ref _left) % 2 == 0) await inner.WriteAsync(writes, cancellationToken);
            throw new StoreUnavailableException("disk_full", "The disk is full.");
        }

        public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default) => inner.ListAsync(query, cancellationToken);
    }

    private sealed class CountingStore(IEventStore inner) : PassingStore(inner)
    {
        private int _reads;
        private int _looks;

        public int Reads => Volatile.Read(ref _reads);

        /// <summary>Gets how often the log of one execution was looked at.</summary>
        public int Looks => Volatile.Read(ref _looks);

        public override ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _looks);
            return base.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);
        }

        public override ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _reads);
            return base.ReadFromPositionAsync(afterPosition, maxBytes, cancellationToken);
        }
    }
}
