namespace Sightglass.Core.Ports;

/// <summary>A record as it stands in the store.</summary>
/// <param name="Key">Where it lies.</param>
/// <param name="Version">Rises with each write, across the store, and is never given out again, also after a deletion.</param>
/// <param name="Bytes">Its content; never changed.</param>
/// <param name="ExpiresAt">From when on it counts as absent, in UTC and to the microsecond; <see langword="null"/> for never.</param>
public sealed record StoredRecord(RecordKey Key, long Version, ReadOnlyMemory<byte> Bytes, DateTimeOffset? ExpiresAt);
