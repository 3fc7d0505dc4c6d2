using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Writing;

/// <summary>Makes what searches go by for executions that an earlier version wrote: from the rows of lists, and of each log
/// the first block and the last one alone. Goes on where a process before ended.</summary>
internal static class SearchBackfill
{
    private const int Batch = 500;
    private const int BatchesPerCheckpoint = 16;

    public static void Run(LogWriter writer)
    {
        Fill(writer);

        // After a fill there is nothing; after the index was begun anew, all.
        if (writer.Connection.Scalar("SELECT count(*) FROM unindexed") <= SqliteLimits.IndexedAtRest) return;
        for (var (batch, taken) = (1, Batch); taken > 0; batch++)
        {
            writer.Begin();
            taken = writer.Search.Index(Batch);
            Commit(writer, batch);
        }
    }

    private static void Fill(LogWriter writer)
    {
        var connection = writer.Connection;
        var upto = connection.Scalar("SELECT upto FROM unfilled");
        if (upto == 0) return;
        var rows = connection.Prepare($"SELECT {SummaryRow.Columns}, e.key FROM executions e WHERE e.key <= ?1 ORDER BY e.key DESC LIMIT ?2");
        var first = connection.Prepare("SELECT bytes FROM blocks WHERE execution = ?1 ORDER BY first_seq LIMIT 1");
        var last = connection.Prepare("SELECT bytes FROM blocks WHERE execution = ?1 AND kind = 0 ORDER BY first_seq DESC LIMIT 1");
        var details = connection.Prepare(SummaryRow.UpdateDetails);
        var note = connection.Prepare("UPDATE unfilled SET upto = ?1");
        for (var batch = 1; upto > 0; batch++)
        {
            var found = new List<(long Key, ExecutionSummary Summary)>();
            rows.Bind(1, upto).Bind(2, Batch);
            while (rows.Step()) found.Add((rows.Int64(SummaryRow.ColumnCount), SummaryRow.Read(rows)));
            upto = found.Count < Batch ? 0 : found[^1].Key - 1;
            writer.Begin();
            foreach (var (key, summary) in found)
            {
                var filled = Filled(summary, Event<ExecutionCreated>(first, key, isFirst: true)?.Input, summary.Status.IsTerminal() ? Event<EventData>(last, key, isFirst: false) : null);
                writer.Search.Forget(key);
                writer.Search.Add(key, filled);
                SummaryRow.BindDetails(details, key, filled).Run();
            }

            writer.Search.Index(Batch);
            note.Bind(1, upto).Run();
            Commit(writer, batch);
        }

        foreach (var statement in (ReadOnlySpan<Statement>)[rows, first, last, details, note]) connection.Forget(statement);
    }

    private static void Commit(LogWriter writer, int batch)
    {
        writer.Commit();
        if (batch % BatchesPerCheckpoint == 0) writer.Connection.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
    }

    private static ExecutionSummary Filled(ExecutionSummary summary, Payload? input, EventData? end) => summary with
    {
        Input = input is null ? null : TextExcerpt.Of(input),
        Totals = end switch
        {
            ExecutionCompleted completed => completed.Totals,
            ExecutionFailed failed => failed.Totals,
            ExecutionCancelled cancelled => cancelled.Totals,
            _ => null,
        },
        Output = end is ExecutionCompleted { Output: { } output } && !output.Equals(Payload.Null) ? new OutputExcerpt(TextExcerpt.Of(output), "") : null,
    };

    private static T? Event<T>(Statement block, long key, bool isFirst)
        where T : EventData
    {
        if (!block.Bind(1, key).Step()) return null;
        var bytes = block.Blob(0).ToArray();
        block.Reset();
        try
        {
            var events = EventJson.ReadBlock(bytes);
            return (isFirst ? events.First() : events.Last()).Data as T;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // A log that cannot be read is found by its names all the same.
            return null;
        }
    }
}
