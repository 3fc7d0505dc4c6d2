using System.Net;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class StoreStatusTests
{
    [Fact]
    public async Task Status_says_that_the_store_is_well()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var status = (await server.GetAsync("/api/config/status")).Json;

        Assert.True(status.GetProperty("store").GetProperty("ok").GetBoolean());
        Assert.True(status.GetProperty("hasApiKey").GetBoolean());
        Assert.True(status.GetProperty("flags").GetProperty("ENABLE_EXECUTION_STREAMING").GetBoolean());
        Assert.False(status.GetProperty("cliTools").GetProperty("claude").GetProperty("available").GetBoolean());
    }

    [Fact]
    public async Task Status_says_why_executions_wait_and_state_can_be_read_meanwhile()
    {
        await using var store = new FullStore();
        await using var server = await ServerHarness.StartAsync(store: store, pipelines: [Some.Approval]);
        var id = await server.RunAsync("approval");
        store.IsFull = true;
        var answer = server.PostAsync($"/api/executions/{id}/approve", """{"stage":"ask"}""");
        while (server.Engine.StoreTrouble is null) await Task.Yield();

        var told = (await server.GetAsync("/api/config/status")).Json.GetProperty("store");
        Assert.False(told.GetProperty("ok").GetBoolean());
        Assert.Equal("disk_full", told.GetProperty("code").GetString());
        Assert.Equal("queued", (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("status").GetString());
        store.IsFull = false;
        Assert.Equal(HttpStatusCode.OK, (await answer).Status);
        await server.EndAsync(id);
        Assert.True((await server.GetAsync("/api/config/status")).Json.GetProperty("store").GetProperty("ok").GetBoolean());
    }

    /// <summary>A store whose appends fail while the test says so.</summary>
    private sealed class FullStore : IEventStore
    {
        private readonly InMemoryEventStore _inner = new();

        public bool IsFull { get; set; }

        public ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default) =>
            IsFull ? throw new StoreUnavailableException("disk_full", "The disk is full; free some space.") : _inner.AppendAsync(append, cancellationToken);

        public ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default) =>
            _inner.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);

        public ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default) =>
            _inner.ReadFromPositionAsync(afterPosition, maxBytes, cancellationToken);

        public ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default) =>
            _inner.ReadValueAsync(reference, offset, length, cancellationToken);

        public ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default) => _inner.ListAsync(query, cancellationToken);

        public ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default) => _inner.ClaimAsync(executionId, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
