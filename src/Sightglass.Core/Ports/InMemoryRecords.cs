namespace Sightglass.Core.Ports;

/// <summary>The records of an <see cref="InMemoryEventStore"/>. Not safe for concurrent use: owned by that store's lock.</summary>
internal sealed class InMemoryRecords(TimeProvider time)
{
    private readonly SortedSet<StoredRecord> _byKey = new(Comparer<StoredRecord>.Create((left, right) => Compare(left.Key, right.Key)));

    private readonly SortedSet<StoredRecord> _byExpiry = new(Comparer<StoredRecord>.Create((left, right) =>
        DateTimeOffset.Compare(left.ExpiresAt!.Value, right.ExpiresAt!.Value) is var order and not 0 ? order : Compare(left.Key, right.Key)));

    private long _version;

    public int Count => _byKey.Count;

    public StoredRecord? Get(RecordKey key) => Find(key) is { } record && IsAlive(record, time.GetUtcNow()) ? record : null;

    public RecordKey? FindConflict(IReadOnlyList<RecordWrite> writes)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            var expected = writes[i].ExpectedVersion;
            if (expected != RecordWrite.AnyVersion && (Get(writes[i].Key)?.Version ?? 0) != expected) return writes[i].Key;
        }

        return null;
    }

    /// <summary>Writes without a look at the versions.</summary>
    /// <returns>The version of what was written.</returns>
    public long Write(IReadOnlyList<RecordWrite> writes)
    {
        Sweep();
        _version++;
        foreach (var write in writes)
        {
            if (Find(write.Key) is { } old) Remove(old);
            if (write.Bytes is not { } bytes) continue;

            // Copied: the caller may reuse its buffer as soon as the task has completed.
            var record = new StoredRecord(write.Key, _version, bytes.ToArray(), InMemoryEventStore.Microseconds(write.ExpiresAt));
            _byKey.Add(record);
            if (record.ExpiresAt is not null) _byExpiry.Add(record);
        }

        return _version;
    }

    public RecordPage List(RecordQuery query)
    {
        var now = time.GetUtcNow();
        var after = query.After ?? "";
        var start = RecordKey.Compare(after, query.Prefix) > 0 ? after : query.Prefix;
        var items = new List<StoredRecord>();
        var bytes = 0L;

        // Upwards from the start to what lies behind the collection: no key begins with a character that is refused.
        foreach (var record in _byKey.GetViewBetween(Probe(new(query.Organization, query.Collection, start)), Probe(new(query.Organization, query.Collection + "\0", ""))))
        {
            if (!record.Key.Key.StartsWith(query.Prefix, StringComparison.Ordinal)) break;
            if (record.Key.Key == after || !IsAlive(record, now)) continue;
            if (items.Count == query.Limit || bytes >= RecordQuery.PageBytes) return new RecordPage(items, items[^1].Key.Key);
            items.Add(record);
            bytes += record.Bytes.Length;
        }

        return new RecordPage(items, null);
    }

    private static bool IsAlive(StoredRecord record, DateTimeOffset now) => record.ExpiresAt is not { } end || end > now;

    private static StoredRecord Probe(RecordKey key) => new(key, 0, default, null);

    private static int Compare(RecordKey left, RecordKey right)
    {
        var order = string.CompareOrdinal(left.Organization, right.Organization);
        if (order == 0) order = string.CompareOrdinal(left.Collection, right.Collection);
        return order == 0 ? RecordKey.Compare(left.Key, right.Key) : order;
    }

    private StoredRecord? Find(RecordKey key) => _byKey.TryGetValue(Probe(key), out var record) ? record : null;

    private void Remove(StoredRecord record)
    {
        _byKey.Remove(record);
        if (record.ExpiresAt is not null) _byExpiry.Remove(record);
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        for (var i = 0; i < RecordLimits.MaxSwept && _byExpiry.Min is { } first && !IsAlive(first, now); i++) Remove(first);
    }
}
