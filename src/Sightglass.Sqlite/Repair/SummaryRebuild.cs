using System.Buffers;
using System.Globalization;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Repair;

/// <summary>Makes the rows of lists anew from the logs, and ends the logs that break off.</summary>
internal sealed class SummaryRebuild(SqliteEventStore store, TimeProvider time)
{
    private readonly Statement _update = store.Writer.Prepare("""
        UPDATE executions SET status = ?2, ended = ?3, next_due = NULL, external_id = ?5, details = ?6, created = ?8, pipeline = ?9, organization = ?10, parent = ?11 WHERE key = ?1
        """);

    public void Make(long key, Guid id, FoundLog log, DatabaseScan scan)
    {
        var isCut = log.Lost.Count > 0;
        var isUnusable = log.DefinitionHash is { } hash && !scan.Values.ContainsKey(hash);
        ExecutionState state;
        try
        {
            state = Wait(LogReader.FoldAsync(store, id)) ?? throw new InvalidDataException("no log");
        }
        catch (Exception error) when (error is InvalidDataException or System.Text.Json.JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            // The log stays readable event by event, though no state comes of it.
            state = new ExecutionState();
            Write(key, new ExecutionSummary { Id = id, PipelineId = log.PipelineId ?? "", PipelineName = log.PipelineId ?? "", Status = ExecutionStatus.Failed, CreatedAt = time.GetUtcNow(), EndedAt = time.GetUtcNow(), Error = "The log is damaged: " + error.Message });
            return;
        }

        Write(key, ExecutionSummary.Of(state));
        if (!isCut && !isUnusable) return;
        var message = isCut
            ? string.Create(CultureInfo.InvariantCulture, $"The log was damaged: events from {log.KeptThrough + 1} on are lost. What stands before them was saved; the execution is not continued.")
            : "The definition that the execution runs by was damaged and is lost; the execution is not continued.";
        var last = Wait(store.ReadAsync(id, log.KeptThrough - 1, BlockFilter.All, 1).AsTask()).Blocks[^1];
        var lastTime = EventJson.ReadBlock(last.Bytes).Last().Time;
        var events = DamagedLog.End(state, message, time.GetUtcNow() > lastTime ? time.GetUtcNow() : lastTime);
        if (events.Count == 0) return;
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var e in events) EventJson.WriteLine(bytes, e);
        Wait(store.AppendAsync(new Append
        {
            ExecutionId = id,
            Epoch = 1,
            ExpectedLast = log.KeptThrough,
            Blocks = [new AppendBlock(BlockKind.Decision, log.KeptThrough + 1, events.Count, bytes.WrittenMemory)],
            Summary = ExecutionSummary.Of(state),
        }).AsTask());
    }

    /// <summary>Says which executions are children: those whose parents were saved too.</summary>
    public void Finish() =>
        store.Writer.Execute("UPDATE executions SET child = 1 WHERE parent IS NOT NULL AND EXISTS (SELECT 1 FROM executions p WHERE p.id = executions.parent)");

    private void Write(long key, ExecutionSummary summary)
    {
        SummaryRow.BindUpdate(_update, key, summary)
            .Bind(8, SummaryRow.Microseconds(summary.CreatedAt))
            .Bind(9, summary.PipelineId)
            .Bind(10, summary.Organization)
            .Bind(11, summary.ParentId)
            .Run();
    }

    // Opening a store is synchronous, and so is its work: nothing is waited for on another thread.
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
