using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Writing;

/// <summary>What the writer knows of an execution without asking the database.</summary>
internal sealed class KnownExecution(long key)
{
    /// <summary>Gets the key of its rows; 0 where there is no such execution.</summary>
    public long Key => key;

    /// <summary>Gets or sets the indexed columns of its row; <see langword="null"/> where they are not known.</summary>
    public IndexedColumns? Row { get; set; }
}
