using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>Stages that misbehave, through the whole engine into the log.</summary>
public sealed class HostileStageTests
{
    [Fact]
    public async Task A_line_of_ten_megabytes_is_recorded_whole_in_events_within_their_limit()
    {
        var store = new InMemoryEventStore();
        await using var engine = new EngineHarness(store);

        var run = await engine.RunAsync("""
            id: line
            stages:
              - { id: p, shell: { run: "head -c 10000000 /dev/zero | tr '\\0' 'x'" } }
            """);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal(10_000_000, run.Text("p").Length);
        Assert.DoesNotContain(run.Text("p"), c => c != 'x');
        Assert.InRange(await LongestLineAsync(store, run.Id), 1, EventJson.MaxEventBytes);
    }

    [Fact]
    public async Task Binary_output_is_recorded_as_text_with_offsets_that_add_up()
    {
        var store = new InMemoryEventStore();
        await using var engine = new EngineHarness(store);

        var run = await engine.RunAsync("""
            id: binary
            stages:
              - { id: p, shell: { run: "head -c 300000 /dev/urandom; head -c 50000 /dev/zero" } }
            """);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        long offset = 0;
        foreach (var chunk in run.Data<StageOutputWritten>("p"))
        {
            Assert.Equal(offset, chunk.Offset);
            offset += Encoding.UTF8.GetByteCount(chunk.Text);
        }

        Assert.InRange(await LongestLineAsync(store, run.Id), 1, EventJson.MaxEventBytes);
        Assert.EndsWith("\0\0\0", run.Text("p"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_beyond_its_limit_is_dropped_from_there_on_and_leaves_no_hole()
    {
        await using var engine = new EngineHarness();
        engine.Code.Register("print", async c =>
        {
            // The first cut splits a character, which leaves room for one byte.
            await c.Output.WriteAsync("abcé");
            await c.Output.WriteAsync("z");
            await c.Error.WriteAsync("z");
        });

        var run = await engine.RunAsync("""
            id: limited
            stages:
              - { id: p, output: { maxBytes: 4 }, code: { name: print } }
            """);

        Assert.Equal("abc", string.Concat(run.Data<StageOutputWritten>("p").Select(d => d.Text)));
        Assert.Equal(
            ["Output has come to its limit of 4 bytes; what is printed from here on is dropped.", "Output was truncated at 4 bytes; 4 more bytes were dropped."],
            run.Data<StageLogged>("p").Select(d => d.Message));
    }

    [Fact]
    public async Task A_stage_that_never_ends_is_stopped_at_its_timeout_though_it_ignores_signals()
    {
        await using var engine = new EngineHarness();

        var run = await engine.RunAsync("""
            id: deaf
            stages:
              - { id: p, timeout: 300ms, shell: { run: "trap '' TERM INT HUP; echo deaf; while :; do sleep 0.1; done" } }
            """);

        Assert.Equal(ErrorCodes.Timeout, run.Stage("p").Error!.Code);
        Assert.Equal("deaf\n", run.Text("p"));
    }

    [Fact]
    public async Task A_program_that_cannot_start_fails_its_stage_with_what_to_do()
    {
        await using var engine = new EngineHarness();

        var run = await engine.RunAsync("""
            id: missing
            stages:
              - { id: p, shell: { exec: [no-such-program-anywhere] } }
            """);

        Assert.Equal("start_failed", run.Stage("p").Error!.Code);
        Assert.Contains("no-such-program-anywhere", run.Stage("p").Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_is_too_large_fails_its_stage_and_says_what_to_do()
    {
        await using var engine = new EngineHarness();
        engine.Code.Register("huge", _ => new string('x', 11_000_000));

        var run = await engine.RunAsync("""
            id: huge
            stages:
              - { id: p, code: { name: huge } }
            """);

        Assert.Equal(ErrorCodes.OutputTooLarge, run.Stage("p").Error!.Code);
    }

    [Theory]
    [InlineData("{\n \"a\": 1\n}", "{\"a\":1}")]
    [InlineData("{\"a\": nonsense", null)]
    [InlineData("1 2", null)]
    public async Task An_output_that_is_not_one_line_of_json_cannot_break_the_log(string output, string? expected)
    {
        var store = new InMemoryEventStore();
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = store, StageTypes = [new RawStage(output)] });

        var outcome = await engine.StartAsync(new StartRequest { Definition = new() { Id = "raw", Stages = [new() { Id = "p", Type = "code", Code = new() { Name = "raw" } }] } });
        await engine.WaitForEndAsync(outcome.ExecutionId!.Value).WaitAsync(TimeSpan.FromSeconds(30));

        var state = await LogReader.FoldAsync(store, outcome.ExecutionId.Value);
        Assert.Equal(expected is null ? ExecutionStatus.Failed : ExecutionStatus.Completed, state!.Status);
        if (expected is not null) Assert.Equal(expected, Encoding.UTF8.GetString(state.Output!.Json.Span));
    }

    [Fact]
    public async Task Output_beyond_its_limit_is_dropped_with_a_warning_that_says_how_much()
    {
        await using var engine = new EngineHarness();

        var run = await engine.RunAsync("""
            id: capped
            stages:
              - { id: p, output: { maxBytes: 1000 }, shell: { run: "head -c 5000 /dev/zero | tr '\\0' 'y'" } }
            """);

        Assert.Equal(1000, run.Text("p").Length);
        Assert.Contains(run.Data<StageLogged>("p"), l => l.Level == "warning" && l.Message.Contains("4000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_cannot_commit_for_a_while_loses_nothing()
    {
        var store = new FailingStore(new InMemoryEventStore(), failures: 3);
        var time = new HurriedTime();
        await using var engine = new EngineHarness(store, time);

        var run = await engine.RunAsync("""
            id: patient
            stages:
              - { id: a, shell: { run: "seq 1 1000" } }
              - { id: b, type: data, needs: [a], data: { value: "1" } }
            """);

        Assert.Equal(ExecutionStatus.Completed, run.State.Status);
        Assert.Equal(string.Concat(Enumerable.Range(1, 1000).Select(i => i + "\n")), run.Text("a"));
        Assert.Equal(Enumerable.Range(1, run.Events.Count).Select(i => (long)i), run.Events.Select(e => e.Seq));
        Assert.Equal(0, store.Failures);
    }

    [Fact]
    public async Task A_start_that_the_store_cannot_commit_is_refused_with_the_reason()
    {
        var store = new FailingStore(new InMemoryEventStore(), failures: 1, creations: true);
        await using var engine = new EngineHarness(store, slots: 1);
        var definition = EngineHarness.Parse("id: p\nstages: [{ id: a, type: data, data: { value: '1' } }]");

        var refused = await engine.Engine.StartAsync(new StartRequest { Definition = definition });
        var started = await engine.Engine.StartAsync(new StartRequest { Definition = definition });
        await engine.Engine.WaitForEndAsync(started.ExecutionId!.Value).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(refused is { IsStarted: false, IsUnavailable: true });
        Assert.Equal("disk_full", Assert.Single(refused.Problems).Code);
    }

    private static async Task<int> LongestLineAsync(InMemoryEventStore store, Guid id)
    {
        var longest = 0;
        long cursor = 0;
        while ((await store.ReadAsync(id, cursor, BlockFilter.All, 1 << 20)).Blocks is { Count: > 0 } blocks)
        {
            foreach (var line in blocks.SelectMany(b => Encoding.UTF8.GetString(b.Bytes.Span).Split('\n'))) longest = Math.Max(longest, Encoding.UTF8.GetByteCount(line));
            cursor = blocks[^1].LastSeq;
        }

        return longest;
    }

    private sealed class RawStage(string output) : IStageType
    {
        public string Name => "code";

        public Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken) => Task.FromResult(StageResult.Completed(Encoding.UTF8.GetBytes(output)));
    }
}
