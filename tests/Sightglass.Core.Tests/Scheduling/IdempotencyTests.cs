using System.Text.Json;
using System.Text;
using Sightglass.Conformance;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class IdempotencyTests
{
    private const string Waits = """
        id: waits
        stages:
          - { id: hold, type: wait, wait: { event: go } }
          - { id: end, needs: [hold], code: { name: end } }
        """;

    private static readonly JsonElement NoData = JsonDocument.Parse("{}").RootElement;

    private static IdempotencyKey KeyOf(string key, string body = "", string caller = "") => new() { Key = key, Body = Encoding.UTF8.GetBytes(body), Caller = caller };

    private static StartRequest Request(IdempotencyKey key) => new() { Definition = EngineHarness.Parse(Waits), IdempotencyKey = key };

    private static async Task<int> CountAsync(IEventStore store) => (await store.ListAsync(new ExecutionQuery())).Items.Count;

    [Fact]
    public async Task Start_gives_the_first_execution_again_when_repeated()
    {
        await using var harness = new EngineHarness();
        var first = await harness.Engine.StartAsync(Request(KeyOf("k", "a")));
        var second = await harness.Engine.StartAsync(Request(KeyOf("k", "a")));

        Assert.True(first.IsStarted);
        Assert.Equal(first.ExecutionId, second.ExecutionId);
        Assert.Equal(1, await CountAsync(harness.Store));
    }

    [Fact]
    public async Task Start_is_refused_when_its_key_was_used_with_another_body()
    {
        await using var harness = new EngineHarness();
        await harness.Engine.StartAsync(Request(KeyOf("k", "a")));
        var other = await harness.Engine.StartAsync(Request(KeyOf("k", "b")));

        Assert.Equal("idempotency_conflict", Assert.Single(other.Problems).Code);
        Assert.Equal(1, await CountAsync(harness.Store));
    }

    [Fact]
    public async Task Key_counts_within_its_caller_organisation_and_operation()
    {
        await using var harness = new EngineHarness();
        var ids = new HashSet<Guid?>();
        foreach (var key in new[] { KeyOf("k"), KeyOf("k", caller: "ann"), KeyOf("nk", caller: "an"), KeyOf("k") with { Organization = "other" } })
            ids.Add((await harness.Engine.StartAsync(Request(key))).ExecutionId);
        ids.Add((await harness.Engine.StartAsync(new StartRequest { Definition = EngineHarness.Parse(Waits.Replace("id: waits", "id: other", StringComparison.Ordinal)), IdempotencyKey = KeyOf("k") })).ExecutionId);

        Assert.Equal(5, ids.Count);
        Assert.DoesNotContain(null, ids);
    }

    [Fact]
    public async Task Identical_starts_give_one_execution_when_they_race()
    {
        await using var harness = new EngineHarness();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => harness.Engine.StartAsync(Request(KeyOf("k"))))));

        Assert.Single(outcomes.Select(o => o.ExecutionId).Distinct());
        Assert.All(outcomes, o => Assert.True(o.IsStarted));
        Assert.Equal(1, await CountAsync(harness.Store));
    }

    [Fact]
    public async Task Start_that_was_refused_is_not_remembered()
    {
        await using var harness = new EngineHarness(new FailingStore(new InMemoryEventStore(), failures: 1, creations: true));
        var refused = await harness.Engine.StartAsync(Request(KeyOf("k")));
        var started = await harness.Engine.StartAsync(Request(KeyOf("k")));

        Assert.Equal("disk_full", Assert.Single(refused.Problems).Code);
        Assert.True(started.IsStarted);
    }

    [Fact]
    public async Task Key_is_forgotten_after_its_time()
    {
        var clock = new ManualClock(SomeLog.Epoch);
        await using var harness = new EngineHarness(new InMemoryEventStore(clock), clock);
        var first = await harness.Engine.StartAsync(Request(KeyOf("k")));
        clock.Advance(TimeSpan.FromHours(23.9));
        Assert.Equal(first.ExecutionId, (await harness.Engine.StartAsync(Request(KeyOf("k")))).ExecutionId);
        clock.Advance(TimeSpan.FromHours(0.1));

        Assert.NotEqual(first.ExecutionId, (await harness.Engine.StartAsync(Request(KeyOf("k", "another body")))).ExecutionId);
    }

    [Fact]
    public async Task Start_repeated_after_a_crash_takes_up_the_execution_whose_answer_was_lost()
    {
        // The commit is there, its answer is not, and the store does not say so either: as if the process had died between.
        var store = new InMemoryEventStore();
        await using (var dead = new EngineHarness(new LosingStore(store)))
            Assert.False((await dead.Engine.StartAsync(Request(KeyOf("k")))).IsStarted);
        Assert.Equal(1, await CountAsync(store));

        await using var after = new EngineHarness(store);
        after.Code.Register("end", _ => "done");
        var again = await after.Engine.StartAsync(Request(KeyOf("k")));
        Assert.True(again.IsStarted);
        Assert.Equal(1, await CountAsync(store));
        await after.Engine.EmitAsync("go", NoData);
        await after.WaitForAsync(again.ExecutionId!.Value, e => e.Type == "execution.completed");
    }

    [Fact]
    public async Task Command_is_answered_as_before_and_has_no_second_effect_when_repeated()
    {
        await using var harness = new EngineHarness();
        var id = await harness.StartAsync(Waits);
        var paused = await harness.Engine.PauseAsync(id, key: KeyOf("p"));
        await harness.Engine.ResumeAsync(id);

        Assert.Equal(paused, await harness.Engine.PauseAsync(id, key: KeyOf("p")));
        Assert.Equal("idempotency_conflict", (await harness.Engine.PauseAsync(id, key: KeyOf("p", "other"))).Code);
        var run = await harness.ReadAsync(id);
        Assert.Equal(ExecutionStatus.Running, run.State.Status);
        Assert.Single(run.Events, e => e.Type == "execution.paused");
    }

    [Fact]
    public async Task Command_that_changed_nothing_is_remembered_too()
    {
        await using var harness = new EngineHarness();
        var id = await harness.StartAsync(Waits);
        Assert.Equal("not_paused", (await harness.Engine.ResumeAsync(id, key: KeyOf("r"))).Code);
        await harness.Engine.PauseAsync(id);

        Assert.Equal("not_paused", (await harness.Engine.ResumeAsync(id, key: KeyOf("r"))).Code);
        Assert.Equal(ExecutionStatus.Paused, (await harness.ReadAsync(id)).State.Status);
    }

    [Fact]
    public async Task Identical_commands_have_one_effect_when_they_race()
    {
        await using var harness = new EngineHarness();
        harness.Code.Register("end", _ => throw new InvalidOperationException("no"));
        var id = await harness.StartAsync(Waits);
        await harness.Engine.EmitAsync("go", NoData);
        await harness.WaitForAsync(id, e => e.Type == "execution.failed");
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => harness.Engine.RetryAsync(id, key: KeyOf("again")))));

        Assert.All(answers, answer => Assert.True(answer.Accepted, answer.Message));
        Assert.Single((await harness.ReadAsync(id)).Events, e => e.Type == "execution.reopened");
    }

    [Fact]
    public async Task Command_is_answered_as_before_when_repeated_after_a_restart()
    {
        var store = new InMemoryEventStore();
        Guid id;
        await using (var before = new EngineHarness(store))
        {
            id = await before.StartAsync(Waits);
            Assert.Equal("done", (await before.Engine.CancelAsync(id, key: KeyOf("c"))).Code);
            await before.WaitForAsync(id, e => e.Type == "execution.cancelled");
        }

        await using var after = new EngineHarness(store);
        Assert.Equal("done", (await after.Engine.CancelAsync(id, key: KeyOf("c"))).Code);
        Assert.Equal("already_ended", (await after.Engine.CancelAsync(id, key: KeyOf("d"))).Code);
    }

    [Fact]
    public async Task Command_is_remembered_when_the_answer_to_its_commit_was_lost()
    {
        var inner = new InMemoryEventStore();
        await using var harness = new EngineHarness(new FailingStore(inner, failures: 2), new HurriedTime());
        var id = await harness.StartAsync(Waits);
        var answers = await Task.WhenAll(harness.Engine.PauseAsync(id, key: KeyOf("p")), harness.Engine.PauseAsync(id, key: KeyOf("p")));

        Assert.All(answers, answer => Assert.Equal("done", answer.Code));
        Assert.Single((await harness.ReadAsync(id)).Events, e => e.Type == "execution.paused");
    }

    [Fact]
    public async Task Custom_event_is_delivered_once_when_repeated()
    {
        await using var harness = new EngineHarness();
        var first = await harness.StartAsync(Waits);
        var outcome = await harness.Engine.EmitAsync("go", NoData, KeyOf("e", "1"));
        var second = await harness.StartAsync(Waits);

        Assert.Equal([first], outcome.Executions);
        Assert.Equal([first], (await harness.Engine.EmitAsync("go", NoData, KeyOf("e", "1"))).Executions);
        Assert.Equal("idempotency_conflict", (await harness.Engine.EmitAsync("go", NoData, KeyOf("e", "2"))).Answer.Code);
        Assert.Equal("waiting", (await harness.ReadAsync(second)).StatusOf("hold"));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("line break")]
    [InlineData("half a surrogate pair")]
    [InlineData("too long")]
    public async Task Key_is_refused_when_malformed(string fault)
    {
        await using var harness = new EngineHarness();
        var bad = KeyOf(fault switch { "empty" => "", "line break" => "a\nb", "too long" => new string('k', 256), _ => "a\ud83c" });
        Assert.Equal("idempotency_key_invalid", Assert.Single((await harness.Engine.StartAsync(Request(bad))).Problems).Code);
        Assert.Equal("idempotency_key_invalid", (await harness.Engine.CancelAsync(Guid.CreateVersion7(SomeLog.Epoch), key: bad)).Code);
        Assert.Equal("idempotency_key_invalid", (await harness.Engine.EmitAsync("go", NoData, bad)).Answer.Code);
    }

    /// <summary>A store that commits, fails, and cannot be asked whether it did.</summary>
    private sealed class LosingStore(InMemoryEventStore inner) : PassingStore(inner)
    {
        public override async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
        {
            await base.AppendAsync(append, cancellationToken);
            throw new StoreUnavailableException("disk_error", "The disk is gone.");
        }

        public override ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default) =>
            throw new StoreUnavailableException("disk_error", "The disk is gone.");

        [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2215", Justification = "What it lost is looked for in the inner store afterwards.")]
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
