using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Sqlite.Database;

/// <summary>Writes a summary to its row and reads it back: what lists filter on are columns, the rest is JSON.</summary>
internal static class SummaryRow
{
    /// <summary>Columns in the order that <see cref="Read"/> expects.</summary>
    public const string Columns =
        "e.id, e.status, e.created, e.ended, e.next_due, e.pipeline, e.organization, e.external_id, e.parent, e.details";

    public const int ColumnCount = 10;

    /// <summary>Inserts a row unless the id is taken.</summary>
    public const string Insert = """
        INSERT INTO executions (id, status, ended, next_due, external_id, details, child, created, pipeline, organization, parent)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (id) DO NOTHING
        """;

    // Leaves out what stays from creation on: naming an indexed column makes SQLite rewrite the index.
    public const string Update = """
        UPDATE executions SET status = ?2, ended = ?3, next_due = ?4, external_id = ?5, details = ?6 WHERE key = ?1
        """;

    /// <summary>Updates what no index holds.</summary>
    public const string UpdateDetails = "UPDATE executions SET details = ?2 WHERE key = ?1";

    public static IndexedColumns IndexedOf(ExecutionSummary summary) =>
        new(summary.Status, summary.EndedAt, summary.NextDue, summary.ExternalId);

    public static Statement BindDetails(Statement statement, long key, ExecutionSummary summary) =>
        statement.Bind(1, key).Bind(2, DetailsOf(summary));

    public static Statement BindInsert(Statement statement, ExecutionSummary summary) =>
        BindChanging(statement.Bind(1, summary.Id), summary)
            .Bind(7, summary.ParentId is null ? 0L : 1L)
            .Bind(8, Microseconds(summary.CreatedAt))
            .Bind(9, summary.PipelineId)
            .Bind(10, summary.Organization)
            .Bind(11, summary.ParentId);

    public static Statement BindUpdate(Statement statement, long key, ExecutionSummary summary) =>
        BindChanging(statement.Bind(1, key), summary);

    public static ExecutionSummary Read(Statement row)
    {
        var details = SummaryDetailsReader.Read(row.Blob(9));
        return new ExecutionSummary
        {
            Id = row.Guid(0),
            Status = (ExecutionStatus)row.Int32(1),
            CreatedAt = Moment(row.Int64(2)),
            Turn = details.Turn ?? 1,
            StartedAt = details.Started is { } started ? Moment(started) : null,
            EndedAt = row.NullableInt64(3) is { } ended ? Moment(ended) : null,
            NextDue = row.NullableInt64(4) is { } due ? Moment(due) : null,
            PipelineId = row.Text(5),
            Organization = row.Text(6),
            ExternalId = row.NullableText(7),
            ParentId = row.NullableGuid(8),
            PipelineName = details.PipelineName,
            CurrentStage = details.CurrentStage,
            Stages = details.Stages,
            InputPreview = details.InputPreview,
            Cost = details.Cost,
            Error = details.Error,
            Labels = details.Labels,
            Totals = details.Totals,
            CurrentStageId = details.StageId,
            CurrentStageName = details.StageName,
            Tokens = details.Tokens,
            WaitingFor = details.WaitingFor,
            WaitingStageKey = details.WaitingKey,
            WaitingStageName = details.WaitingName,
        };
    }

    /// <summary>Adds the texts, which stand in two columns from the one named on.</summary>
    public static ExecutionSummary WithTexts(ExecutionSummary summary, Statement row, int column) => summary with
    {
        Input = row.IsNull(column) ? null : JsonSerializer.Deserialize(row.Blob(column), SummaryJson.Default.TextExcerpt),
        Output = row.IsNull(column + 1) ? null : JsonSerializer.Deserialize(row.Blob(column + 1), SummaryJson.Default.OutputExcerpt),
    };

    public static long Microseconds(DateTimeOffset moment) =>
        (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Moment(long microseconds) =>
        new(DateTimeOffset.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static Statement BindChanging(Statement statement, ExecutionSummary summary) =>
        statement
            .Bind(2, (long)summary.Status)
            .Bind(3, summary.EndedAt is { } ended ? Microseconds(ended) : null)
            .Bind(4, summary.NextDue is { } due ? Microseconds(due) : null)
            .Bind(5, summary.ExternalId)
            .Bind(6, DetailsOf(summary));

    private static string DetailsOf(ExecutionSummary summary) => JsonSerializer.Serialize(
        new SummaryDetails(
            summary.PipelineName, summary.CurrentStage, summary.Stages, summary.InputPreview, summary.Cost, summary.Error, summary.Labels,
            summary.StartedAt is { } started ? Microseconds(started) : null, summary.Totals,
            summary.CurrentStageId, summary.CurrentStageName, summary.Tokens,
            summary.WaitingFor, summary.WaitingStageKey, summary.WaitingStageName,
            summary.Turn > 1 ? summary.Turn : null),
        SummaryJson.Default.SummaryDetails);
}
