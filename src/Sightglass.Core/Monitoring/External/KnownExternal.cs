using System.Collections.Concurrent;
using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring.Runs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.External;

/// <summary>The reported executions that were written to lately, folded. Each is changed by one batch at a time; one that could
/// not be changed whole is read again from its log. Safe for concurrent use.</summary>
internal sealed class KnownExternal(IEventStore store, IRecordStore records, TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, Entry> _entries = new();

    /// <summary>Gets an execution for one batch alone; dispose of it in any case.</summary>
    public async Task<Entry> TakeAsync(Guid id)
    {
        while (true)
        {
            Trim(id);
            var entry = _entries.GetOrAdd(id, static _ => new Entry());
            await entry.Turn.WaitAsync().ConfigureAwait(false);

            // Whoever had it before may have let go of it for good.
            if (_entries.TryGetValue(id, out var current) && current == entry) return entry;
            entry.Turn.Release();
        }
    }

    /// <summary>Reads the run, unless it is at hand.</summary>
    /// <returns>The run; <see langword="null"/> where there is none, or an engine runs it.</returns>
    public async Task<MonitoredRun?> OpenAsync(Guid id, Entry entry)
    {
        if (entry.Run is not null) return entry.Run;
        if (!await ExternalRuns.IsOneAsync(store, id, CancellationToken.None).ConfigureAwait(false)) return null;

        // Claimed before it is read: from then on nobody else can append.
        var epoch = await store.ClaimAsync(id).ConfigureAwait(false);
        if (epoch == 0 || await LogReader.FoldAsync(store, id).ConfigureAwait(false) is not { } state) return null;
        state.CatchUp(state.LastSeq, await LogReader.LastTimeAsync(store, id, state.LastSeq).ConfigureAwait(false));
        var json = await LogReader.ReadValueAsync(store, state.Created.DefinitionHash).ConfigureAwait(false);
        var running = state.Stages.Where(s => s.InAttempt).ToDictionary(s => s.Key, s => s.Attempt, StringComparer.Ordinal);
        var tails = await OutputTails.ReadAsync(store, id, state.LastSeq, running, static (_, _) => true).ConfigureAwait(false);
        var printed = tails.ToDictionary(t => t.Key, t => t.Value[^1].Offset + System.Text.Encoding.UTF8.GetByteCount(t.Value[^1].Text), StringComparer.Ordinal);
        entry.Batch = BatchRecord.Read(await records.GetAsync(BatchRecord.KeyOf(state.Created, id)).ConfigureAwait(false));
        return entry.Run = MonitoredRun.Restore(MonitoredPlan.Make(DefinitionJson.Read(json.Span)), state, epoch, printed, time);
    }

    /// <summary>Gives an execution back.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="entry">What was taken.</param>
    /// <param name="keep">Whether it stands as its log does and will be written to again.</param>
    public void Return(Guid id, Entry entry, bool keep)
    {
        if (!keep) _entries.TryRemove(KeyValuePair.Create(id, entry));
        entry.Turn.Release();
    }

    private void Trim(Guid butNot)
    {
        if (_entries.Count < ExternalLimits.MaxKnown) return;
        foreach (var (id, entry) in _entries.OrderBy(e => e.Value.UsedAt).Take(ExternalLimits.MaxKnown / 10))
        {
            if (id == butNot || !entry.Turn.Wait(0)) continue;
            Return(id, entry, keep: false);
        }
    }

    /// <summary>One execution. Everything is of who holds the turn.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The semaphore's handle is never asked for, so it holds no unmanaged resource.")]
    public sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public MonitoredRun? Run { get; set; }

        public BatchRecord Batch { get; set; } = BatchRecord.None;

        /// <summary>Gets or sets the clock's reading at the newest batch.</summary>
        public long UsedAt { get; set; }
    }
}
