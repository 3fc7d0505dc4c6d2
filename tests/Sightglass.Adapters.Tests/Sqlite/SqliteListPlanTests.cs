using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Sightglass.Sqlite.Reading;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>A list must seek in an index: a walk through all executions takes seconds with a million of them.</summary>
public sealed class SqliteListPlanTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, ExecutionQuery> Queries => new()
    {
        { "all", new ExecutionQuery() },
        { "children", new ExecutionQuery { IncludeChildren = true } },
        { "statuses", new ExecutionQuery { Statuses = [ExecutionStatus.Failed, ExecutionStatus.Running] } },
        { "organisation", new ExecutionQuery { Organization = "acme" } },
        { "organisation and status", new ExecutionQuery { Organization = "acme", Statuses = [ExecutionStatus.Failed] } },
        { "pipeline", new ExecutionQuery { PipelineId = "deploy" } },
        { "pipeline of an organisation", new ExecutionQuery { PipelineId = "deploy", Organization = "acme" } },
        { "ended lately", new ExecutionQuery { EndedSince = DateTimeOffset.UnixEpoch } },
        { "due", new ExecutionQuery { DueBefore = DateTimeOffset.UnixEpoch, IncludeChildren = true } },
        { "created in a range", new ExecutionQuery { CreatedFrom = DateTimeOffset.UnixEpoch, CreatedBefore = DateTimeOffset.UnixEpoch } },
        { "created in a range of a pipeline", new ExecutionQuery { PipelineId = "deploy", CreatedFrom = DateTimeOffset.UnixEpoch, CreatedBefore = DateTimeOffset.UnixEpoch } },
        { "created since", new ExecutionQuery { Organization = "acme", CreatedFrom = DateTimeOffset.UnixEpoch } },
        { "outside id", new ExecutionQuery { ExternalId = "x", Organization = "acme" } },
        { "id", new ExecutionQuery { Id = Guid.Empty } },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Queries), DisableDiscoveryEnumeration = true)]
    public void List_seeks_in_an_index(string name, ExecutionQuery query)
    {
        using var connection = DatabaseFile.OpenForWriting(new SqliteStoreOptions { Path = _folder.File("log.db"), Durability = SqliteDurability.Off });
        foreach (var paged in new[] { false, true })
        {
            var steps = new List<string>();
            var sql = new ListSql(query, []);
            var plan = connection.Prepare("EXPLAIN QUERY PLAN " + (sql.UsesIndex ? sql.OpenPlaces(paged) : sql.Page(paged)));
            while (plan.Step()) steps.Add(plan.Text(3));
            Assert.Contains(steps, step => step.StartsWith("SEARCH executions USING", StringComparison.Ordinal));
            Assert.DoesNotContain(steps, step => step.StartsWith("SCAN executions", StringComparison.Ordinal) || step.StartsWith("SCAN e", StringComparison.Ordinal) || step.StartsWith("SCAN h", StringComparison.Ordinal));

            // From the first row of the range on, and no further than its last: what lies outside is not read.
            if (query.CreatedFrom is not null) Assert.All(Searches(), step => Assert.Contains("created>?", step, StringComparison.Ordinal));
            if (query.CreatedBefore is not null || (paged && name == "created since")) Assert.All(Searches(), step => Assert.Contains("created<?", step, StringComparison.Ordinal));

            // Branches that seek by status come out of the index in order; only the rows of the page are sorted.
            if (name is "all" or "statuses" or "organisation" or "pipeline" or "created in a range" or "created since")
                Assert.Single(steps, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));

            IEnumerable<string> Searches() => steps.Where(step => step.StartsWith("SEARCH executions USING", StringComparison.Ordinal));
        }
    }
}
