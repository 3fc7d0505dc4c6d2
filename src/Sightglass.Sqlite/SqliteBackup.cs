using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite;

/// <summary>Copies a database while it is in use.</summary>
public static class SqliteBackup
{
    /// <summary>Copies a database as it is at one moment, without the space that it does not use. Appends go on meanwhile;
    /// what they write after that moment is not in the copy.</summary>
    /// <param name="database">The database.</param>
    /// <param name="target">The copy; a file that does not exist yet.</param>
    /// <exception cref="StoreUnavailableException">The database cannot be read, or the copy not be written; half a copy is removed.</exception>
    public static void Copy(string database, string target)
    {
        ArgumentException.ThrowIfNullOrEmpty(database);
        ArgumentException.ThrowIfNullOrEmpty(target);
        SqliteLibrary.EnsureLoaded();
        var draft = target + ".part";
        File.Delete(draft);
        try
        {
            using (var connection = Connection.Open(database, readOnly: true, TimeSpan.FromSeconds(5)))
            {
                var copy = connection.Prepare("VACUUM INTO ?1");
                copy.Bind(1, draft).Run();
            }

            using (var written = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite)) written.Flush(flushToDisk: true);
            File.Move(draft, target);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
