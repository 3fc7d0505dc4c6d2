using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text.Json;

namespace Sightglass.Server.Dashboard;

/// <summary>
/// The dashboard's files, which the build packs into one resource of the assembly: the length of a list in four bytes, the
/// list as JSON (path and length of each file), and the files.
/// </summary>
internal sealed class DashboardPack
{
    private readonly FrozenDictionary<string, DashboardFile> _files;

    private DashboardPack(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> contents)
    {
        ReadOnlyMemory<byte>? Find(string path) => contents.TryGetValue(path, out var content) ? content : null;
        _files = contents
            .Where(c => !c.Key.EndsWith(".br", StringComparison.Ordinal) && !c.Key.EndsWith(".gz", StringComparison.Ordinal))
            .ToFrozenDictionary(c => c.Key, c => new DashboardFile(c.Key, c.Value, Find(c.Key + ".br"), Find(c.Key + ".gz")), StringComparer.Ordinal);
        Index = _files["index.html"];
        Scripts = [.. Index.InlineScripts()];
    }

    /// <summary>Gets the page that is given at every address of the dashboard.</summary>
    public DashboardFile Index { get; }

    /// <summary>Gets the hashes of the scripts that stand within it.</summary>
    public IReadOnlyList<string> Scripts { get; }

    /// <summary>Reads the files of this assembly; null where it was built without them.</summary>
    public static DashboardPack? Load()
    {
        using var resource = typeof(DashboardPack).Assembly.GetManifestResourceStream("dashboard.pack");
        if (resource is null) return null;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return Read(bytes);
    }

    /// <summary>Reads a pack.</summary>
    public static DashboardPack Read(ReadOnlyMemory<byte> bytes)
    {
        var start = 4 + BinaryPrimitives.ReadInt32LittleEndian(bytes.Span);
        using var list = JsonDocument.Parse(bytes[4..start]);
        var contents = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var entry in list.RootElement.EnumerateArray())
        {
            var length = entry[1].GetInt32();
            contents.Add(entry[0].GetString()!, bytes.Slice(start, length));
            start += length;
        }

        return new DashboardPack(contents);
    }

    /// <summary>Finds a file by its path, which begins without a slash.</summary>
    public DashboardFile? Find(string path) => _files.GetValueOrDefault(path);
}
