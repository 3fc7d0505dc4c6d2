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
}
