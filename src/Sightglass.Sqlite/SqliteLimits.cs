using Sightglass.Core.Ports;

namespace Sightglass.Sqlite;

/// <summary>Bounds of the store on disk that nobody needs to change; the others are in <see cref="SqliteStoreOptions"/>.</summary>
internal static class SqliteLimits
{
    /// <summary>How many expired records a write removes: more than a write can add, so that they cannot pile up.</summary>
    public const int MaxSwept = 2 * RecordWrite.MaxWrites;

    /// <summary>How many written appends are kept to be used again.</summary>
    public const int MaxPooledWrites = 1024;

    /// <summary>How many statements of lists are kept prepared.</summary>
    public const int MaxListStatements = 64;

    /// <summary>How many ended executions wait before some are taken into the full-text index, in the commit of others.</summary>
    public const int IndexedFrom = 64;

    /// <summary>How many of them one commit takes in.</summary>
    public const int IndexedAtOnce = 32;

    /// <summary>How many are taken in when the store rests.</summary>
    public const int IndexedAtRest = 1024;

    /// <summary>How many that ended lately are sorted by their creation; of more, the newest are looked for by creation.</summary>
    public const int MaxLately = 5000;
}
