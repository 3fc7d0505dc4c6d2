using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Tests.Executions.Golden;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class LogReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. GoldenFiles.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Fold_with_the_next_page_read_ahead_is_the_fold_at_every_point(string name)
    {
        await using var store = new InMemoryEventStore();
        var log = GoldenFiles.Read(name);
        var id = await StoreAsync(store, log);
        foreach (var at in Enumerable.Range(0, log.Events().Count + 2).Select(i => (long)i).Append(long.MaxValue))
        {
            foreach (var pageBytes in new[] { 1, 4096 })
            {
                var expected = (await LogReader.FoldAsync(store, id, at, Cancellation))!;
                var ahead = (await LogReader.FoldAheadAsync(store, id, at, pageBytes, Cancellation))!;
                Assert.Equal((expected.LastSeq, at == 0), (ahead.LastSeq, expected.LastSeq == 0));
                if (at > 0) Assert.Equal(StateJson.Write(expected), StateJson.Write(ahead));
            }
        }
    }

    [Fact]
    public async Task Fold_of_what_is_not_there_is_nothing()
    {
        await using var store = new InMemoryEventStore();
        Assert.Null(await LogReader.FoldAheadAsync(store, Guid.CreateVersion7(DateTimeOffset.UnixEpoch), cancellationToken: Cancellation));
    }

    // A block an event, so that every event is where a page may end.
    private static async Task<Guid> StoreAsync(InMemoryEventStore store, GoldenLog log)
    {
        var id = Guid.Empty;
        var seq = 0L;
        foreach (var line in log.EachLine())
        {
            var e = EventJson.Read(Encoding.UTF8.GetBytes(line));
            id = e.ExecutionId;
            var summary = new ExecutionSummary { Id = id, PipelineId = "p", PipelineName = "P", Status = ExecutionStatus.Running, CreatedAt = e.Time };
            var kind = e.Data.IsDecision ? BlockKind.Decision : BlockKind.Report;
            var append = new Append
            {
                ExecutionId = id,
                Epoch = 1,
                ExpectedLast = seq++,
                Blocks = [new AppendBlock(kind, seq, 1, Encoding.UTF8.GetBytes(line + "\n"))],
                Summary = seq == 1 ? summary : null,
                Values = seq == 1 ? [.. log.Values.Select(v => new StoredValue(v.Key, v.Value))] : [],
            };
            Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(append, Cancellation)).Status);
        }

        return id;
    }
}
