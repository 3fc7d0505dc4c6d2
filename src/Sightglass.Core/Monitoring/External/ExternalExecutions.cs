using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Monitoring.Runs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.External;

/// <summary>
/// Keeps the logs of executions that other programs run and report in batches. A batch is recorded whole or not at all, in one
/// commit; the store gives the sequence. No engine ever decides anything about such an execution, and nothing ends it but a
/// report. Safe for concurrent use.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The semaphore's handle is never asked for, so it holds no unmanaged resource.")]
public sealed class ExternalExecutions
{
    private readonly IEventStore _store;
    private readonly EventFeed _feed;
    private readonly PipelineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly KnownExternal _known;
    private readonly Func<IdempotencyKey, string, RememberedRequest> _remember;
    private readonly IRecordStore _records;
    private readonly SemaphoreSlim _naming = new(1, 1);

    internal ExternalExecutions(IEventStore store, IRecordStore records, EventFeed feed, PipelineMetrics metrics, TimeProvider time, Func<IdempotencyKey, string, RememberedRequest> remember)
    {
        (_store, _records, _feed, _metrics, _time, _remember) = (store, records, feed, metrics, time, remember);
        _known = new KnownExternal(store, records, time);
    }

    /// <summary>Begins the log of an execution. Asked again for the same outside id, or the same id, it answers as at first.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot take it for now. Ask again: it may be there all the same.</exception>
    public async Task<ExternalAnswer> StartAsync(ExternalStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (start.Options.ExternalId is null) return await CreateAsync(start).ConfigureAwait(false);

        // Two that come at once are one.
        await _naming.WaitAsync().ConfigureAwait(false);
        try
        {
            var same = await _store.ListAsync(new ExecutionQuery { ExternalId = start.Options.ExternalId, PipelineId = start.Definition.Id, Organization = start.Organization, Limit = 1 }).ConfigureAwait(false);
            return same.Items is [var known] && (start.Id is null || start.Id == known.Summary.Id) ? Repeated(known.Summary.Id, known.LastSeq) : await CreateAsync(start).ConfigureAwait(false);
        }
        finally
        {
            _naming.Release();
        }
    }

    /// <summary>Records a batch.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot take it for now. Send it again under its number or key: it may be
    /// there all the same.</exception>
    public async Task<ExternalAnswer> ReportAsync(ExternalBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var id = batch.ExecutionId;
        var entry = await _known.TakeAsync(id).ConfigureAwait(false);
        var keep = false;
        try
        {
            entry.UsedAt = _time.GetTimestamp();
            if (await _known.OpenAsync(id, entry).ConfigureAwait(false) is not { } run) return Refused(id, "execution_not_external", "The engine runs this execution itself; nothing is reported of it.");
            keep = true;
            var once = batch is { Number: null, IdempotencyKey: { } key } ? _remember(key, $"report/{id}") : null;
            if (await RepeatedAsync(batch, entry, run, once).ConfigureAwait(false) is { } before) return before;
            var (events, problems) = Read(batch.Events);
            if (problems.Count > 0) return Refused(id, problems[0].Code, problems[0].Message) with { Problems = problems };
            if (run.HasEnded) return Refused(id, "run_ended", "The execution has ended; nothing more can be reported of it.");

            // From here on the run has moved; unless it is committed, it is read again.
            keep = false;
            var decided = new List<ExecutionEvent>();
            for (var i = 0; i < events.Count; i++)
            {
                try
                {
                    run.Take(events[i]);
                    decided.AddRange(run.Decided);
                }
                catch (MonitorException e)
                {
                    return Refused(id, e.Code, e.Message) with { Problems = [new ExternalProblem(i, e.Code, e.Message)] };
                }
            }

            var answer = await CommitAsync(run, batch, entry, once, decided).ConfigureAwait(false);
            keep = answer.IsRecorded && !run.HasEnded;
            return answer;
        }
        finally
        {
            _known.Return(id, entry, keep);
        }
    }

    /// <summary>Answers a batch that was recorded before, or that is none of the next.</summary>
    private async ValueTask<ExternalAnswer?> RepeatedAsync(ExternalBatch batch, KnownExternal.Entry entry, MonitoredRun run, RememberedRequest? once)
    {
        var id = batch.ExecutionId;
        if (batch.Number is { } number)
        {
            if (number == entry.Batch.Number + 1) return null;
            if (number != entry.Batch.Number) return Refused(id, "batch_out_of_order", $"The next batch has the number {entry.Batch.Number + 1}; this one has {number}.");
            return BatchRecord.HashOf(batch.Events) == entry.Batch.Hash
                ? Repeated(id, entry.Batch.Last)
                : Refused(id, "idempotency_conflict", $"Batch {number} was recorded with other events; use the next number for new ones.");
        }

        if (once is null || await _records.GetAsync(once.Key).ConfigureAwait(false) is not { } record) return null;
        var remembered = once.Read(record.Bytes);
        return remembered.Answer.Accepted ? Repeated(id, run.LastSeq) : Refused(id, remembered.Answer.Code, remembered.Answer.Message);
    }

    private static (List<ReportedEvent> Events, List<ExternalProblem> Problems) Read(JsonElement array)
    {
        var events = new List<ReportedEvent>();
        var problems = new List<ExternalProblem>();
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() is < 1 or > ExternalLimits.MaxEvents)
        {
            problems.Add(new ExternalProblem(0, "batch_invalid", $"'events' is a list of 1 to {ExternalLimits.MaxEvents} events."));
            return (events, problems);
        }

        var index = 0;
        foreach (var json in array.EnumerateArray())
        {
            try
            {
                events.Add(ReportedEvent.Read(json));
            }
            catch (MonitorException e)
            {
                problems.Add(new ExternalProblem(index, e.Code, $"events[{index}]: {e.Message}"));
                if (problems.Count >= ExternalLimits.MaxProblems) break;
            }

            index++;
        }

        return (events, problems);
    }

    private async Task<ExternalAnswer> CommitAsync(MonitoredRun run, ExternalBatch batch, KnownExternal.Entry entry, RememberedRequest? once, List<ExecutionEvent> decided)
    {
        if (run.Take() is not { } taken) return new ExternalAnswer(run.Id, "recorded", "Nothing was to be recorded.", run.LastSeq);
        var record = batch.Number is { } number ? new BatchRecord(number, BatchRecord.HashOf(batch.Events), run.LastSeq) : null;
        IReadOnlyList<RecordWrite> records = record is not null ? [record.Write(BatchRecord.KeyOf(run.Created, run.Id))] : once is not null ? [once.Answer(CommandAnswer.Done)] : [];
        var outcome = await AppendAsync(run, taken.Append with { Records = records }, taken.Ended, decided).ConfigureAwait(false);
        if (outcome != AppendStatus.Appended) return Refused(run.Id, "not_owner", $"The log of the execution was changed by somebody else ({outcome}); report it again.");
        if (record is not null) entry.Batch = record;
        return new ExternalAnswer(run.Id, "recorded", "Recorded.", run.LastSeq);
    }

    private async Task<AppendStatus> AppendAsync(MonitoredRun run, Append append, bool ended, List<ExecutionEvent> decided)
    {
        var outcome = await _store.AppendAsync(append).ConfigureAwait(false);
        if (outcome.Status != AppendStatus.Appended) return outcome.Status;
        run.Committed(run.LastSeq);
        StoreSink.Publish(_feed, append, outcome.Position, ended);
        if (decided.Count > 0) _metrics.Observe(run.Id, run.Plan.Definition.Id, run.Plan.Edges, decided);
        return outcome.Status;
    }

    private async Task<ExternalAnswer> CreateAsync(ExternalStart start)
    {
        var once = start.IdempotencyKey is { } key ? _remember(key, "external/" + start.Definition.Id) : null;
        if (once is not null && await _records.GetAsync(once.Key).ConfigureAwait(false) is { } record)
        {
            var remembered = once.Read(record.Bytes);
            if (!remembered.Answer.Accepted) return Refused(default, remembered.Answer.Code, remembered.Answer.Message);
            return Repeated(remembered.Executions![0], (await LogReader.FoldAsync(_store, remembered.Executions[0]).ConfigureAwait(false))?.LastSeq ?? 0);
        }

        try
        {
            var plan = MonitoredPlan.Make(start.Definition);
            var id = start.Id ?? Guid.CreateVersion7(_time.GetUtcNow());
            if (start.Id is not null && await LogReader.FoldAsync(_store, id).ConfigureAwait(false) is { } state)
            {
                var isSame = state.Created.Trigger == ExternalRuns.Trigger && state.Created.Organization == start.Organization && state.Created.DefinitionHash == plan.Hash;
                return isSame ? Repeated(id, state.LastSeq) : Refused(id, "execution_exists", "There is another execution of this id; leave 'id' out, or draw another UUID.");
            }

            var run = new MonitoredRun(id, plan, _time, endsByItself: false);
            run.Begin();
            run.Create(start.Options, start.Options.Input is { } input ? PipelineMonitor.PayloadOf(input) : Payload.FromJson("{}"u8.ToArray()), start.Organization, start.Time);
            var append = run.Take()!.Value.Append with { Records = once is null ? [] : [once.Executions(RecordWrite.Absent, [id])] };
            var status = await AppendAsync(run, append, ended: false, [.. run.Decided]).ConfigureAwait(false);
            return status switch
            {
                AppendStatus.Appended => new ExternalAnswer(id, "recorded", "The execution's log has begun.", run.LastSeq),

                // The same request came beside this one and was quicker.
                AppendStatus.RecordConflict => await CreateAsync(start).ConfigureAwait(false),
                _ => Refused(id, "execution_exists", "There is another execution of this id; leave 'id' out, or draw another UUID."),
            };
        }
        catch (MonitorException e)
        {
            return Refused(start.Id ?? default, e.Code, e.Message);
        }
    }

    private static ExternalAnswer Repeated(Guid id, long last) => new(id, "repeated", "It was recorded before.", last);

    private static ExternalAnswer Refused(Guid id, string code, string message) => new(id, code, message);
}
