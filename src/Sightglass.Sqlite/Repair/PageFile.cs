using System.Buffers.Binary;

namespace Sightglass.Sqlite.Repair;

/// <summary>The pages of a database as they were committed last, read without SQLite and without changing anything.</summary>
internal sealed class PageFile : IDisposable
{
    private const int HeaderBytes = 100;
    private const int UsualPageSize = 4096;

    private readonly FileStream _database;
    private readonly FileStream? _wal;
    private readonly Dictionary<uint, long> _inWal = [];

    public PageFile(string path)
    {
        _database = Open(path);
        var header = new byte[HeaderBytes];
        var read = _database.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        var size = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is 1 ? 65536 : BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16));

        // A first page that is damaged does not say how large pages are; ours have SQLite's usual size.
        var isReadable = read == HeaderBytes && header.AsSpan().StartsWith("SQLite format 3\0"u8) && size >= 512 && (size & (size - 1)) == 0;
        PageSize = isReadable ? size : UsualPageSize;
        Usable = PageSize - (isReadable && header[20] < 32 ? header[20] : 0);
        var count = (uint)(_database.Length / PageSize);
        if (File.Exists(path + "-wal"))
        {
            _wal = Open(path + "-wal");
            (_inWal, var grown) = WalOverlay.Read(_wal, PageSize);
            count = Math.Max(count, grown);
        }

        Count = count;
    }

    public int PageSize { get; }

    /// <summary>Gets the bytes of a page that hold content.</summary>
    public int Usable { get; }

    /// <summary>Gets the number of pages; they count from 1.</summary>
    public uint Count { get; }

    /// <summary>Reads a page.</summary>
    /// <returns>Whether it could be read whole.</returns>
    public bool Read(uint page, Span<byte> target)
    {
        if (page == 0 || page > Count) return false;
        try
        {
            var (file, at) = _inWal.TryGetValue(page, out var place) ? (_wal!, place) : (_database, (long)(page - 1) * PageSize);
            return RandomAccess.Read(file.SafeFileHandle, target[..PageSize], at) == PageSize;
        }
        catch (IOException)
        {
            // A sector that the disk cannot read is damage like any other.
            return false;
        }
    }

    public void Dispose()
    {
        _database.Dispose();
        _wal?.Dispose();
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024);
}
