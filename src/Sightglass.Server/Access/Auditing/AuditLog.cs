using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Access.Auditing;

/// <summary>Who asked for what: entries with rising numbers, by organisation. Nothing changes one; the oldest go by age and
/// number. Safe for concurrent use.</summary>
internal sealed class AuditLog(IRecordStore records, AccessOptions options, TimeProvider time, ILogger logger)
{
    private const string Entries = "audit";
    private const string Heads = "audit-head";
    private const string Head = "last";

    // Guarded by _gate: what waits, and whether somebody writes.
    private readonly Lock _gate = new();
    private List<(AuditEntry Entry, TaskCompletionSource Written)> _waiting = [];
    private bool _isWriting;

    // Owned by whoever writes.
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    /// <summary>Keeps an entry. Whoever finds nobody writing writes for all that wait, in one commit.</summary>
    /// <returns>Completes when it is durable, or cannot be kept, which the server's log then says.</returns>
    public Task AddAsync(AuditEntry entry)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            // Every request waits for its own, so no more wait than there are connections.
            _waiting.Add((entry with { By = Cut(entry.By), Target = Cut(entry.Target), Action = Cut(entry.Action) }, written));
            if (_isWriting) return written.Task;
            _isWriting = true;
        }

        _ = Task.Run(DrainAsync);
        return written.Task;
    }

    /// <summary>Reads a stretch of an organisation's log.</summary>
    /// <param name="organization">The organisation.</param>
    /// <param name="before">Entries with a lower number; <see langword="null"/> for the newest.</param>
    /// <param name="count">How many numbers, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The entries, newest first, and below which number there may be more; <see langword="null"/> at the end.</returns>
    public async Task<(IReadOnlyList<AuditEntry> Entries, long? Next)> ReadAsync(string organization, long? before, int count, CancellationToken cancellationToken)
    {
        // A cursor far behind the end would else be walked down from, stretch by stretch.
        var end = Math.Min(before ?? long.MaxValue, await ReadHeadAsync(organization, cancellationToken).ConfigureAwait(false) + 1);
        var start = Math.Max(0, end - 1 - count);
        var query = new RecordQuery { Organization = organization, Collection = Entries, After = KeyOf(start), Limit = count };
        var page = await records.ListAsync(query, cancellationToken).ConfigureAwait(false);
        var found = page.Items.Select(Read).Where(e => e.Number < end).Reverse().ToList();

        // Numbers below the first that is kept are gone, and all below them too.
        return (found, start == 0 || await IsFirstAsync(organization, start, cancellationToken).ConfigureAwait(false) ? null : start + 1);
    }

    private async ValueTask<bool> IsFirstAsync(string organization, long start, CancellationToken cancellationToken)
    {
        var first = await records.ListAsync(new RecordQuery { Organization = organization, Collection = Entries, Limit = 1 }, cancellationToken).ConfigureAwait(false);
        return first.Items is not [{ } oldest] || Read(oldest).Number > start;
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            List<(AuditEntry Entry, TaskCompletionSource Written)> batch;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isWriting = false;
                    return;
                }

                batch = [.. _waiting.Take(AccessLimits.MaxAuditBatch)];
                _waiting = [.. _waiting.Skip(AccessLimits.MaxAuditBatch)];
            }

            try
            {
                await WriteAsync([.. batch.Select(b => b.Entry)]).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // What was asked for is done all the same: refusing to cancel on a full disk would help nobody.
                ServerLog.AuditFailed(logger, batch.Count, e);
                _last.Clear();
            }

            foreach (var (_, written) in batch) written.TrySetResult();
        }
    }

    private async Task WriteAsync(List<AuditEntry> entries)
    {
        // By key, the last word counts: where the log is kept very short, what a batch adds goes with its end.
        var writes = new Dictionary<RecordKey, RecordWrite>();
        foreach (var group in entries.GroupBy(e => e.Organization, StringComparer.Ordinal))
        {
            if (!_last.TryGetValue(group.Key, out var last)) last = await ReadHeadAsync(group.Key, CancellationToken.None).ConfigureAwait(false);
            foreach (var entry in group)
            {
                last++;
                Put(new RecordWrite(new RecordKey(group.Key, Entries, KeyOf(last)), RecordWrite.AnyVersion, JsonSerializer.SerializeToUtf8Bytes(entry, AccessJson.Default.AuditEntry), time.GetUtcNow() + options.AuditLife));
                if (last > options.MaxAuditEntries) Put(new RecordWrite(new RecordKey(group.Key, Entries, KeyOf(last - options.MaxAuditEntries)), RecordWrite.AnyVersion, null));
            }

            Put(new RecordWrite(HeadOf(group.Key), RecordWrite.AnyVersion, JsonSerializer.SerializeToUtf8Bytes(last, AccessJson.Default.Int64)));
            _last[group.Key] = last;
        }

        await records.WriteAsync([.. writes.Values], CancellationToken.None).ConfigureAwait(false);

        void Put(RecordWrite write) => writes[write.Key] = write;
    }

    private async Task<long> ReadHeadAsync(string organization, CancellationToken cancellationToken) =>
        await records.GetAsync(HeadOf(organization), cancellationToken).ConfigureAwait(false) is { } record ? JsonSerializer.Deserialize(record.Bytes.Span, AccessJson.Default.Int64) : 0;

    private static AuditEntry Read(StoredRecord record) =>
        JsonSerializer.Deserialize(record.Bytes.Span, AccessJson.Default.AuditEntry)! with { Number = long.Parse(record.Key.Key, NumberStyles.None, CultureInfo.InvariantCulture) };

    // As many digits for all, so that keys sort as their numbers do.
    private static string KeyOf(long number) => number.ToString("D18", CultureInfo.InvariantCulture);

    private static RecordKey HeadOf(string organization) => new(organization, Heads, Head);

    private static string Cut(string text) => text.Length <= AccessLimits.MaxAuditChars ? text : text[..(char.IsHighSurrogate(text[AccessLimits.MaxAuditChars - 1]) ? AccessLimits.MaxAuditChars - 1 : AccessLimits.MaxAuditChars)] + "…";
}
