namespace Sightglass.Sqlite;

/// <summary>What a store has done since it was opened.</summary>
/// <param name="Commits">Commits that succeeded.</param>
/// <param name="Appends">Appends and claims that those commits held, refused ones included.</param>
/// <param name="Waiting">Appends and claims that wait for the next commit now.</param>
/// <param name="Checkpoints">Checkpoints that succeeded.</param>
/// <param name="FailedCheckpoints">Checkpoints that failed: the write-ahead log grows while they do.</param>
public readonly record struct SqliteStoreCounters(long Commits, long Appends, int Waiting, long Checkpoints, long FailedCheckpoints);
