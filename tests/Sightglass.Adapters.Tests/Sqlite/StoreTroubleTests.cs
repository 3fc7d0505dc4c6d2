using System.Collections.Concurrent;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>An engine on a store that cannot commit for a while: executions wait, nothing is lost, and they go on by themselves.</summary>
public sealed class StoreTroubleTests : IDisposable
{
    private readonly TinyDisk _disk = new(64 * 1024 * 1024);
    private readonly ConcurrentDictionary<Guid, int> _printed = [];
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(_disk.Folder, "log.db");

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task Executions_wait_when_the_disk_is_full_and_go_on_when_there_is_room()
    {
        await using var store = Open();
        await using var engine = Engine(store);
        var changes = new List<StoreTrouble?>();
        engine.StoreTroubleChanged += (_, trouble) => changes.Add(trouble);
        var id = await FloodAsync(engine);

        // The state can be read meanwhile, and nothing new is taken on.
        Assert.Equal(ExecutionStatus.Running, await engine.ReadStateAsync(id, state => state.Status));
        var refused = await engine.StartAsync(new StartRequest { Definition = Definition("flood") });
        Assert.Equal("disk_full", Assert.Single(refused.Problems).Code);
        _disk.MakeRoom();
        _go.SetResult();
        await engine.WaitForEndAsync(id, Cancellation);

        // Every line that was printed is there, in order.
        Assert.Equal(ExecutionStatus.Completed, await engine.ReadStateAsync(id, state => state.Status));
        Assert.Equal(Enumerable.Range(0, 20_000), await LinesAsync(store, id));
        await UntilAsync(() => engine.StoreTrouble is null);
        await UntilAsync(() => changes.Count >= 2);
        Assert.Equal("disk_full", changes[0]!.Code);
        Assert.Contains("free some space", changes[0]!.Message, StringComparison.Ordinal);
        Assert.Null(changes[^1]);
        Assert.True(File.Exists(Database + ".reserve"));
    }

    [Fact]
    public async Task Cancellation_commits_on_a_disk_that_is_full()
    {
        await using var store = Open();
        await using var engine = Engine(store);
        var id = await FloodAsync(engine);

        // What emptying the write-ahead log gave back is taken too, so that it stays full.
        _disk.Fill(leave: 1024 * 1024);
        await UntilAsync(() => store.Trouble is not null);
        Assert.True((await engine.CancelAsync(id, "ada", "the disk is full")).Accepted);
        await engine.WaitForEndAsync(id, Cancellation);

        Assert.Equal(ExecutionStatus.Cancelled, (await LogReader.FoldAsync(store, id, cancellationToken: Cancellation))!.Status);
        Assert.Equal("disk_full", engine.StoreTrouble?.Code);
        Assert.False(File.Exists(Database + ".reserve"));
    }

    [Fact]
    public async Task Log_that_cannot_be_copied_leaves_the_room_to_copy_it_and_what_people_ask_still_commits()
    {
        await using var store = Open();
        await using var engine = Engine(store);
        Guid id;
        using (var reader = Connection.Open(Database, readOnly: true, TimeSpan.Zero))
        {
            // Whoever reads keeps what it reads from being written over: the log can only grow, as fast as the stage prints.
            reader.Execute("BEGIN");
            reader.Scalar("SELECT count(*) FROM blocks");
            id = await StartAsync(engine, "torrent");
            await UntilAsync(() => engine.StoreTrouble is not null);
            Assert.Equal("disk_full", engine.StoreTrouble!.Code);
            Assert.Equal("done", (await engine.PauseAsync(id, "ada", "no room")).Code);
            Assert.InRange(new FileInfo(Database + "-wal").Length, 1, _disk.Bytes / 2);
            _go.SetResult();
        }

        // Nobody makes room on the disk; that the log can be copied is enough.
        Assert.Equal(ExecutionStatus.Paused, (await LogReader.FoldAsync(store, id, cancellationToken: Cancellation))!.Status);
        await UntilAsync(() => engine.StoreTrouble is null);
        Assert.Equal("done", (await engine.ResumeAsync(id, "ada")).Code);
        await engine.WaitForEndAsync(id, Cancellation);
        Assert.Equal(Enumerable.Range(0, _printed[id]), await LinesAsync(store, id));
        Assert.True(File.Exists(Database + ".reserve"));
    }

    [Fact]
    public async Task Executions_that_print_until_the_disk_is_full_go_on_when_it_grows()
    {
        await using var store = Open();
        await using var engine = Engine(store);
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++) ids.Add(await StartAsync(engine, "torrent"));
        await UntilAsync(() => engine.StoreTrouble is not null);
        Assert.Equal("disk_full", engine.StoreTrouble!.Code);
        Assert.True((await engine.CancelAsync(ids[0], "ada", "the disk is full")).Accepted);
        await engine.WaitForEndAsync(ids[0], Cancellation);

        _go.SetResult();
        _disk.Grow(4 * _disk.Bytes);
        foreach (var id in ids[1..])
        {
            await engine.WaitForEndAsync(id, Cancellation);
            Assert.Equal(Enumerable.Range(0, _printed[id]), await LinesAsync(store, id));
        }
    }

    [Fact]
    public async Task Executions_wait_while_another_program_has_locked_the_database()
    {
        await using var store = Open();
        await using var engine = Engine(store);
        var id = await StartAsync(engine, "wait");
        using (var other = Connection.Open(Database, readOnly: false, TimeSpan.Zero))
        {
            other.Execute("BEGIN IMMEDIATE");
            _go.SetResult();
            await UntilAsync(() => engine.StoreTrouble is not null);
            Assert.Equal("database_locked", engine.StoreTrouble!.Code);
            Assert.Equal(ExecutionStatus.Running, await engine.ReadStateAsync(id, state => state.Status));
            other.Execute("ROLLBACK");
        }

        await engine.WaitForEndAsync(id, Cancellation);
        Assert.Equal(ExecutionStatus.Completed, await engine.ReadStateAsync(id, state => state.Status));
        Assert.Null(engine.StoreTrouble);
    }

    [Fact]
    public async Task Time_in_the_log_never_runs_backwards_when_the_clock_jumps()
    {
        var clock = new JumpingClock();
        await using var store = Open();
        await using var engine = Engine(store, clock);
        var id = await StartAsync(engine, "wait");
        clock.Offset = TimeSpan.FromDays(-400);
        var second = await StartAsync(engine, "wait");
        clock.Offset = TimeSpan.FromDays(4000);
        _go.SetResult();
        await engine.WaitForEndAsync(id, Cancellation);
        await engine.WaitForEndAsync(second, Cancellation);

        foreach (var each in new[] { id, second })
        {
            var times = EventsOf(await store.ReadAsync(each, 0, BlockFilter.All, int.MaxValue, Cancellation)).Select(e => e.Time).ToList();
            Assert.Equal(times.Order(), times);
            Assert.Equal(ExecutionStatus.Completed, await engine.ReadStateAsync(each, state => state.Status));
        }
    }

    private static IEnumerable<ExecutionEvent> EventsOf(LogPage page) => page.Blocks.SelectMany(block => EventJson.ReadBlock(block.Bytes));

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }
    }

    private static async Task<IEnumerable<int>> LinesAsync(SqliteEventStore store, Guid id)
    {
        var text = string.Concat(EventsOf(await store.ReadAsync(id, 0, BlockFilter.All, int.MaxValue, Cancellation)).Select(e => e.Data).OfType<StageOutputWritten>().Select(data => data.Text));
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.AsSpan(0, 6), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static PipelineDefinition Definition(string code) =>
        new() { Id = code, Stages = [new StageDefinition { Id = "work", Type = "code", Code = new CodeDefinition { Name = code } }] };

    private static async Task<Guid> StartAsync(PipelineEngine engine, string code) => (await engine.StartAsync(new StartRequest { Definition = Definition(code) })).ExecutionId!.Value;

    // The stage prints more than the disk has room for.
    private async Task<Guid> FloodAsync(PipelineEngine engine)
    {
        _disk.Fill(leave: 3 * 1024 * 1024 / 2);
        var id = await StartAsync(engine, "flood");
        await UntilAsync(() => engine.StoreTrouble is not null);
        Assert.Equal("disk_full", engine.StoreTrouble!.Code);
        return id;
    }

    private SqliteEventStore Open() => SqliteEventStore.Open(new SqliteStoreOptions { Path = Database, BusyTimeout = TimeSpan.Zero });

    private PipelineEngine Engine(IEventStore store, TimeProvider? time = null) => new(new PipelineEngineOptions
    {
        Store = store,
        Time = time ?? TimeProvider.System,
        StageTypes =
        [
            new CodeStage(new CodeRegistry()
                .Register("wait", async context => await _go.Task.WaitAsync(context.CancellationToken))
                .Register("flood", async context =>
                {
                    for (var i = 0; i < 20_000; i++) await PrintAsync(context, i);
                    await _go.Task.WaitAsync(context.CancellationToken);
                })
                .Register("torrent", async context =>
                {
                    var i = 0;
                    while (!_go.Task.IsCompleted) await PrintAsync(context, i++);
                    _printed[context.Run.ExecutionId] = i;
                })),
        ],
    });

    private static ValueTask PrintAsync(CodeContext context, int line) => context.Output.WriteLineAsync($"{line:000000} {new string('x', 200)}");

    private sealed class JumpingClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
