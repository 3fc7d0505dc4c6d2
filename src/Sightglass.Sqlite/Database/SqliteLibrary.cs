using System.Reflection;
using System.Runtime.InteropServices;
using Sightglass.Core.Ports;
using SQLitePCL;

namespace Sightglass.Sqlite.Database;

/// <summary>Binds to the SQLite that the operating system ships, which its vendor keeps patched.</summary>
internal static class SqliteLibrary
{
    // STRICT tables came with 3.37.
    private const int OldestVersion = 3_037_000;

    private static readonly Lazy<StoreUnavailableException?> Problem = new(Load);

    public static void EnsureLoaded()
    {
        if (Problem.Value is { } problem) throw new StoreUnavailableException(problem.Code, problem.Message, problem.InnerException);
    }

    private static StoreUnavailableException? Load()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The program that embeds us has bound the library already; its choice stands.
        }

        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            var version = raw.sqlite3_libversion_number();
            if (version >= OldestVersion && raw.sqlite3_compileoption_used("ENABLE_FTS5") == 0)
                return new StoreUnavailableException("sqlite_without_search", "The system's SQLite was built without its full-text search (FTS5), which lists need; install a build that has it, such as your distribution's.");
            return version >= OldestVersion
                ? null
                : new StoreUnavailableException("sqlite_too_old", $"The system's SQLite is {raw.sqlite3_libversion().utf8_to_string()}; version 3.37 or later is needed.");
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return new StoreUnavailableException("sqlite_missing", Missing, error);
        }
    }

    private static string Missing =>
        OperatingSystem.IsWindows() ? "winsqlite3.dll is missing; it is part of Windows 10 and later."
        : OperatingSystem.IsMacOS() ? "libsqlite3.dylib is missing; it is part of macOS."
        : "The SQLite library is missing; install libsqlite3-0 (Debian, Ubuntu), sqlite-libs (Fedora, Alpine) or sqlite (Arch).";

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3") return 0;
        string[] candidates = OperatingSystem.IsWindows() ? ["winsqlite3.dll"]
            : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib", "/usr/lib/libsqlite3.dylib"]
            : ["libsqlite3.so.0"];
        foreach (var candidate in candidates)
            if (NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        return 0;
    }
}
