using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Sqlite;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>Pages of a real database are overwritten: what stands on the others has to be there afterwards, byte for byte,
/// and what does not must never be served as if it were.</summary>
public sealed class SqliteDamageTests : IDisposable
{
    private const int PageBytes = 4096;
    private const int Rounds = 60;

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => _folder.File("log.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_whole_is_served_byte_for_byte_when_random_pages_are_damaged()
    {
        var written = await FillAsync();
        var original = await File.ReadAllBytesAsync(Database, Cancellation);
        var random = new Random(7);
        var (whole, cut) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var file in Directory.GetFiles(_folder.Path)) File.Delete(file);
            var bytes = (byte[])original.Clone();
            for (var i = random.Next(1, 6); i > 0; i--) Damage(bytes, random);
            await File.WriteAllBytesAsync(Database, bytes, Cancellation);

            // So that all of it is looked at, as after damage was met.
            await File.WriteAllTextAsync(Database + ".suspect", "", Cancellation);
            DamageReport? report = null;
            await using var store = SqliteEventStore.Open(Options() with { OnDamage = found => report = found });
            foreach (var (id, log) in written)
            {
                var served = await ReadAsync(store, id);
                var named = report?.Damaged.FirstOrDefault(found => found.Id == id);
                if (named is null && served.Length > 0)
                {
                    Assert.True(log.AsSpan().SequenceEqual(served), $"Round {round}: {id} is served with other bytes, and nobody says that it is damaged.");
                    whole++;
                    continue;
                }

                // A prefix of what was written, perhaps with events that say how it ended; or nothing, and it is named.
                Assert.NotNull(report);
                cut++;
                var kept = named is null ? 0 : EventsIn(log, named.KeptThrough);
                Assert.True(log.AsSpan(0, kept).SequenceEqual(served.AsSpan(0, Math.Min(kept, served.Length))), $"Round {round}: the beginning of {id} is not what was written.");
                foreach (var e in EventJson.ReadBlock(served.AsMemory(kept))) Assert.Contains(e.Type, new[] { "stage.failed", "execution.failed" });
            }

            if (report is not null) Assert.Equal(bytes, await File.ReadAllBytesAsync(report.KeptAt!, Cancellation));
        }

        Assert.True(whole > cut, $"{whole} logs were whole and {cut} were not: a few pages must not cost most of the logs.");
        Assert.True(cut > 0);
    }

    [Fact]
    public async Task All_logs_are_saved_when_only_what_leads_to_them_is_damaged()
    {
        var written = await FillAsync();
        var bytes = await File.ReadAllBytesAsync(Database, Cancellation);

        // Every page but the leaves of tables, the first one with the schema included; free ones and overflow stay.
        for (var at = 0; at < bytes.Length; at += PageBytes)
            if (at == 0 || bytes[at] is 2 or 5 or 10) Array.Fill(bytes, (byte)0x5a, at, PageBytes);
        await File.WriteAllBytesAsync(Database, bytes, Cancellation);
        DamageReport? report = null;
        await using var store = SqliteEventStore.Open(Options() with { OnDamage = found => report = found });

        Assert.Equal(written.Count, report?.Whole);
        Assert.Empty(report!.Damaged);
        Assert.Empty(report.LostValues);
        foreach (var (id, log) in written) Assert.Equal(log, await ReadAsync(store, id));
        var listed = (await store.ListAsync(new ExecutionQuery { IncludeChildren = true, Limit = 1000 }, Cancellation)).Items;
        Assert.Equal(written.Keys.Order(), listed.Select(item => item.Summary.Id).Order());
        Assert.All(listed, item => Assert.Equal((ExecutionStatus.Completed, "chain", 3), (item.Summary.Status, item.Summary.PipelineId, item.Summary.Stages.Completed)));
    }

    [Fact]
    public async Task Damaged_block_is_refused_while_running_and_mended_by_the_next_start()
    {
        var written = await FillAsync();
        var bytes = await File.ReadAllBytesAsync(Database, Cancellation);
        var victim = written.Keys.First();
        var at = bytes.AsSpan().IndexOf("\"type\":\"stage.completed\""u8);
        bytes[at + 10] ^= 1;
        await File.WriteAllBytesAsync(Database, bytes, Cancellation);
        await using (var store = SqliteEventStore.Open(Options() with { StartCheck = TimeSpan.Zero }))
        {
            var refused = new List<StoreUnavailableException>();
            foreach (var id in written.Keys)
            {
                try
                {
                    Assert.Equal(written[id], await ReadAsync(store, id));
                }
                catch (StoreUnavailableException error)
                {
                    refused.Add(error);
                    victim = id;
                }
            }

            var only = Assert.Single(refused);
            Assert.Equal("database_damaged", only.Code);
            Assert.Contains(victim.ToString(), only.Message, StringComparison.Ordinal);
        }

        DamageReport? report = null;
        await using var again = SqliteEventStore.Open(Options() with { OnDamage = found => report = found });
        Assert.Equal(victim, Assert.Single(report!.Damaged).Id);
        Assert.Equal(written.Count - 1, report.Whole);
        Assert.Contains(victim.ToString(), report.ToString(), StringComparison.Ordinal);
        Assert.Contains(report.KeptAt!, report.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Database + ".suspect"));
        var state = await LogReader.FoldAsync(again, victim, cancellationToken: Cancellation);
        Assert.True(state!.Status.IsTerminal());
        Assert.Equal(AppendStatus.Appended, (await again.AppendAsync(new Conformance.SomeLog().Next(), Cancellation)).Status);
    }

    [Fact]
    public async Task Log_that_breaks_off_is_ended_and_not_continued()
    {
        var written = await FillAsync(ended: false);
        var (id, log) = written.First();
        var bytes = await File.ReadAllBytesAsync(Database, Cancellation);
        var start = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes($"\"executionId\":\"{id}\",\"type\":\"approval.requested\""));
        bytes[start + 20] ^= 4;
        await File.WriteAllBytesAsync(Database, bytes, Cancellation);
        var report = SqliteRepair.Repair(Options());

        Assert.Equal(id, Assert.Single(report.Damaged).Id);
        await using var store = SqliteEventStore.Open(Options());
        var item = Assert.Single((await store.ListAsync(new ExecutionQuery { Id = id }, Cancellation)).Items);
        Assert.Equal(ExecutionStatus.Failed, item.Summary.Status);
        Assert.Contains("damaged", item.Summary.Error, StringComparison.Ordinal);
        var state = (await LogReader.FoldAsync(store, id, cancellationToken: Cancellation))!;
        Assert.Equal((ExecutionStatus.Failed, "log_damaged"), (state.Status, state.Error?.Code));
        Assert.Equal(item.LastSeq, state.LastSeq);
        await using var engine = Engine(store);
        Assert.Equal(written.Count - 1, await engine.RecoverAsync());
    }

    [Fact]
    public async Task Check_changes_nothing_and_finds_nothing_in_a_sound_database()
    {
        var written = await FillAsync();
        var before = await File.ReadAllBytesAsync(Database, Cancellation);
        var report = SqliteRepair.Check(Options());

        Assert.True(report.IsSound, report.ToString());
        Assert.Equal(written.Count, report.Whole);
        Assert.Null(SqliteRepair.Repair(Options()).KeptAt);
        Assert.Equal(before, await File.ReadAllBytesAsync(Database, Cancellation));
    }

    [Fact]
    public async Task What_stands_in_the_write_ahead_log_alone_is_saved_too()
    {
        var written = await FillAsync(copyOpen: true);
        Assert.True(new FileInfo(Database + "-wal").Length > 0);
        await using (var file = new FileStream(Database, FileMode.Open))
        {
            file.Position = 0;
            await file.WriteAsync(new byte[PageBytes], Cancellation);
        }

        // With a first page that is damaged SQLite cannot even begin to read the log.
        var report = SqliteRepair.Repair(Options());
        Assert.Equal(written.Count, report.Whole);
        await using var store = SqliteEventStore.Open(Options());
        foreach (var (id, log) in written) Assert.Equal(log, await ReadAsync(store, id));
    }

    [Fact]
    public async Task Records_tombstones_and_positions_survive()
    {
        var written = await FillAsync();
        var gone = written.Keys.First();
        var key = new RecordKey("default", "schedules", "nightly");
        long last;
        await using (var store = SqliteEventStore.Open(Options()))
        {
            await store.EraseAsync(gone, new ErasureRequest(DateTimeOffset.UnixEpoch, "ada"), Cancellation);
            await store.WriteAsync([new RecordWrite(key, RecordWrite.AnyVersion, "one"u8.ToArray())], Cancellation);
            last = (await store.ReadFromPositionAsync(0, int.MaxValue, Cancellation))[^1].Position;
        }

        var bytes = await File.ReadAllBytesAsync(Database, Cancellation);
        Array.Fill(bytes, (byte)0, 0, PageBytes);
        await File.WriteAllBytesAsync(Database, bytes, Cancellation);
        await using var saved = SqliteEventStore.Open(Options());
        Assert.Equal("ada", (await saved.FindTombstoneAsync(gone, Cancellation))?.By);
        Assert.Equal("one"u8.ToArray(), (await saved.GetAsync(key, Cancellation))!.Bytes.ToArray());
        Assert.True((await saved.AppendAsync(new Conformance.SomeLog().Next(), Cancellation)).Position > last);
        Assert.Equal(0, (await saved.ReadAsync(gone, 0, BlockFilter.All, int.MaxValue, Cancellation)).Last);
    }

    [Fact]
    public async Task Swap_that_was_interrupted_is_finished_by_the_next_start()
    {
        var written = await FillAsync();
        File.Move(Database, Database + ".saved");
        await using var store = SqliteEventStore.Open(Options());

        foreach (var (id, log) in written) Assert.Equal(log, await ReadAsync(store, id));
    }

    // From one bit to several pages, anywhere.
    private static void Damage(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                random.NextBytes(bytes.AsSpan(at, Math.Min(random.Next(1, 600), bytes.Length - at)));
                break;
            case 2:
                bytes.AsSpan(at / PageBytes * PageBytes, PageBytes).Clear();
                break;
            default:
                var other = random.Next(bytes.Length / PageBytes) * PageBytes;
                bytes.AsSpan(other, PageBytes).CopyTo(bytes.AsSpan(at / PageBytes * PageBytes));
                break;
        }
    }

    private static int EventsIn(byte[] log, long count)
    {
        var end = 0;
        for (; count > 0; count--) end += log.AsSpan(end).IndexOf((byte)'\n') + 1;
        return end;
    }

    private static async Task<byte[]> ReadAsync(SqliteEventStore store, Guid id) =>
        [.. (await store.ReadAsync(id, 0, BlockFilter.All, int.MaxValue, Cancellation)).Blocks.SelectMany(block => block.Bytes.ToArray())];

    private static PipelineEngine Engine(IEventStore store) => new(new PipelineEngineOptions
    {
        Store = store,
        StageTypes =
        [
            new CodeStage(new CodeRegistry().Register("say", static async context =>
            {
                for (var i = 0; i < 20; i++) await context.Output.WriteLineAsync($"line {i} of {context.Run.ExecutionId} {new string('x', 200)}");
                return context.Run.ExecutionId + context.Run.Stage + new string('y', 100_000);
            })),
        ],
    });

    private SqliteStoreOptions Options() => new() { Path = Database, Durability = SqliteDurability.Off, BusyTimeout = TimeSpan.Zero };

    // Real logs, with output and values too large for events, by the engine itself.
    private async Task<Dictionary<Guid, byte[]>> FillAsync(bool ended = true, bool copyOpen = false)
    {
        StageDefinition[] stages = [Say("a"), Say("b", "a"), Say("c", "b")];
        if (!ended) stages = [.. stages, Say("d", "c") with { Triggers = new TriggerDefinition { Approval = new ApprovalDefinition() } }];
        var definition = new PipelineDefinition { Id = "chain", Stages = stages };
        var written = new Dictionary<Guid, byte[]>();
        await using var store = SqliteEventStore.Open(Options());
        await using (var engine = Engine(store))
        {
            for (var i = 0; i < 30; i++)
            {
                var id = (await engine.StartAsync(new StartRequest { Definition = definition })).ExecutionId!.Value;
                if (ended) await engine.WaitForEndAsync(id, Cancellation);
                else while (await engine.ReadStateAsync(id, state => state.Find("d")?.Status) != StageStatus.Blocked) await Task.Yield();
                written[id] = [];
            }
        }

        foreach (var id in written.Keys) written[id] = await ReadAsync(store, id);
        if (copyOpen)
        {
            foreach (var ending in new[] { "", "-wal" }) Copy(Database + ending, Database + ".copy" + ending);
            await store.DisposeAsync();
            foreach (var ending in new[] { "", "-wal" }) File.Move(Database + ".copy" + ending, Database + ending, overwrite: true);
        }

        return written;
    }

    private static void Copy(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var target = File.Create(to);
        source.CopyTo(target);
    }

    private static StageDefinition Say(string id, params string[] needs) => new() { Id = id, Type = "code", Needs = needs, Code = new CodeDefinition { Name = "say" } };
}
