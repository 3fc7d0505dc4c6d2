namespace Sightglass.Core.Ports;

/// <summary>One change of a record.</summary>
/// <param name="Key">Where it lies.</param>
/// <param name="ExpectedVersion">The version it must have now, <see cref="Absent"/> or <see cref="AnyVersion"/>.</param>
/// <param name="Bytes">Its new content, at most 1 MiB; <see langword="null"/> deletes it, which is no error where it is absent.</param>
/// <param name="ExpiresAt">From when on it counts as absent; <see langword="null"/> for never.</param>
public sealed record RecordWrite(RecordKey Key, long ExpectedVersion, ReadOnlyMemory<byte>? Bytes, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>Expects that there is no such record, or that it has expired.</summary>
    public const long Absent = 0;

    /// <summary>Expects nothing.</summary>
    public const long AnyVersion = -1;

    /// <summary>Largest content of a record, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Most records that one commit writes.</summary>
    public const int MaxWrites = 1000;

    /// <summary>Largest content of all records that one commit writes, in bytes.</summary>
    public const int MaxTotalBytes = 16 * 1024 * 1024;

    /// <summary>As <see cref="Validate"/>, for a write that is no part of an append.</summary>
    /// <param name="writes">The writes of one commit, at least one.</param>
    /// <exception cref="ArgumentException">As <see cref="Validate"/>, or there are none.</exception>
    public static void ValidateSome(IReadOnlyList<RecordWrite> writes)
    {
        Validate(writes);
        if (writes.Count == 0) throw new ArgumentException("A write needs at least one record.");
    }

    /// <summary>Refuses writes that no store applies. Every store calls it first, so that all refuse the same.</summary>
    /// <param name="writes">The writes of one commit.</param>
    /// <exception cref="ArgumentException">There are too many, one is too large, a key is malformed or named twice, or an
    /// expected version is below -1.</exception>
    public static void Validate(IReadOnlyList<RecordWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        if (writes.Count == 0) return;
        if (writes.Count > MaxWrites) throw new ArgumentException($"{writes.Count} records are to be written at once; at most {MaxWrites} are allowed.");
        var total = 0L;
        var keys = writes.Count > 1 ? new HashSet<RecordKey>(writes.Count) : null;
        foreach (var write in writes)
        {
            write.Key.Validate();
            var size = write.Bytes?.Length ?? 0;
            total += size;
            if (write.ExpectedVersion < AnyVersion)
                throw new ArgumentException($"{write.ExpectedVersion} is no version of a record; -1 stands for any, 0 for none.");
            if (size > MaxBytes) throw new ArgumentException($"The record \"{write.Key.Key}\" has {size} bytes; at most {MaxBytes} are allowed.");
            if (keys is not null && !keys.Add(write.Key)) throw new ArgumentException($"The record \"{write.Key.Key}\" is written twice in one commit.");
        }

        if (total > MaxTotalBytes) throw new ArgumentException($"The records have {total} bytes together; at most {MaxTotalBytes} are allowed.");
    }
}
