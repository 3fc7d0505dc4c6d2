using Sightglass.Conformance;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Sightglass.Sqlite.Reading;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>A search of the store on disk beside one that looks at every execution.</summary>
public sealed class SqliteSearchEqualityTests : IDisposable
{
    private const int Executions = 2000;

    private readonly TempFolder _folder = new();

    private string Database => _folder.File("log.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Search_finds_what_the_store_in_memory_finds()
    {
        await using var expected = new InMemoryEventStore();
        await FillAsync(expected);
        using var connection = Connection.Open(Database, readOnly: true, TimeSpan.Zero);
        var lister = new ExecutionLister(connection);
        var random = new Random(23);
        var found = 0;
        for (var i = 0; i < 400; i++)
        {
            var query = Query(random);
            var (wanted, got) = (await expected.ListAsync(query, Cancellation), lister.List(query, query.Validate(), Cancellation));
            Assert.Equal(wanted.Items.Select(item => item.Summary.Id), got.Items.Select(item => item.Summary.Id));
            Assert.Equal((wanted.Total, wanted.Next is null), (got.Total, got.Next is null));
            found += got.Items.Count;
            if (got.Next is null) continue;
            wanted = await expected.ListAsync(query with { Cursor = wanted.Next, Offset = 0 }, Cancellation);
            query = query with { Cursor = got.Next, Offset = 0 };
            got = lister.List(query, query.Validate(), Cancellation);
            Assert.Equal(wanted.Items.Select(item => item.Summary.Id), got.Items.Select(item => item.Summary.Id));
            Assert.Equal(wanted.Total, got.Total);
        }

        Assert.InRange(found, 1000, int.MaxValue);
    }

    private async Task FillAsync(InMemoryEventStore expected)
    {
        await using var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Database, Durability = SqliteDurability.Off });
        var random = new Random(11);
        for (var i = 0; i < Executions; i++)
        {
            var log = Some(random, i);
            var ended = log.Summary;
            log.Summary = ended with { Status = ExecutionStatus.Running, EndedAt = null, Error = null };
            Append[] appends = i % 40 == 0 ? [log.Next()] : [log.Next(), log.Next(ended)];
            foreach (var append in appends)
            {
                await store.AppendAsync(append, Cancellation);
                await expected.AppendAsync(append, Cancellation);
            }
        }
    }

    private static SomeLog Some(Random random, int number)
    {
        var log = new SomeLog(SomeLog.Epoch.AddSeconds(number));
        ExecutionStatus[] ends = [ExecutionStatus.Completed, ExecutionStatus.Completed, ExecutionStatus.Completed, ExecutionStatus.Failed, ExecutionStatus.Cancelled];
        var status = ends[random.Next(ends.Length)];
        log.Summary = log.Summary with
        {
            PipelineId = $"p{random.Next(4)}",
            PipelineName = number < Executions * 3 / 4 || random.Next(20) == 0 ? "harbour common" : "common",
            Organization = random.Next(5) == 0 ? "acme" : "default",
            ParentId = random.Next(10) == 0 ? SomeLog.NewId() : null,
            Status = status,
            EndedAt = log.Summary.CreatedAt.AddSeconds(1),
            Error = status == ExecutionStatus.Failed ? "refused" : null,
            InputPreview = random.Next(30) == 0 ? "seldom" : "",
            Labels = new Dictionary<string, string> { ["team"] = random.Next(3) == 0 ? "core" : "docs" },
        };
        return log;
    }

    private static ExecutionQuery Query(Random random)
    {
        string?[] texts = [null, "harbour", "common", "seldom", "refused", "seldom common", "harbour refused common", "nowhere"];
        ExecutionStatus[][] statuses = [[], [ExecutionStatus.Completed], [ExecutionStatus.Failed], [ExecutionStatus.Completed, ExecutionStatus.Running], [ExecutionStatus.Running], [ExecutionStatus.Failed, ExecutionStatus.Cancelled]];
        return new ExecutionQuery
        {
            Organization = random.Next(4) == 0 ? "acme" : "default",
            Text = texts[random.Next(texts.Length)],
            Labels = random.Next(2) == 0 ? [] : [new LabelFilter("team", random.Next(2) == 0 ? null : "core")],
            PipelineId = random.Next(2) == 0 ? "p1" : null,
            PipelineIds = random.Next(4) == 0 ? ["p1", "p2"] : null,
            Statuses = statuses[random.Next(statuses.Length)],
            IncludeChildren = random.Next(3) == 0,
            CreatedFrom = random.Next(3) == 0 ? SomeLog.Epoch.AddSeconds(random.Next(Executions)) : null,
            CreatedBefore = random.Next(3) == 0 ? SomeLog.Epoch.AddSeconds(random.Next(Executions)) : null,
            Limit = random.Next(3) == 0 ? 1 : 30,
            Offset = random.Next(3) == 0 ? random.Next(300) : 0,
            CountUpTo = random.Next(4) switch { 0 => 0, 1 => 20, _ => 10_000 },
        };
    }
}
