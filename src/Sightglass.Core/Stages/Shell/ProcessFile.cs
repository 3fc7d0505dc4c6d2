using System.Text;

namespace Sightglass.Core.Stages.Shell;

/// <summary>
/// The file in which the attempts stand whose processes run now, so that who comes after this process can find what it left
/// behind. A record is written before its process is started and taken away when nothing of it is left: a few bytes in
/// place, never synced, since they are about processes that do not outlive the machine either.
/// </summary>
internal sealed class ProcessFile : IDisposable
{
    private readonly string _path;

    // Guarded by _gate.
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = [];
    private FileStream? _file;
    private int _slots = 1; // The first names the machine's boot.

    public ProcessFile(string path) => _path = path;

    /// <summary>Records an attempt that is about to be started.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public int Add(ProcessRecord record)
    {
        lock (_gate)
        {
            _file ??= Open();
            // Taken before it is written: after a failure the slot may hold anything, and is not used again.
            var slot = _free.TryPop(out var free) ? free : _slots++;
            Write(slot, record);
            return slot;
        }
    }

    /// <summary>Adds what is known once the process is there.</summary>
    public void Change(int slot, ProcessRecord record) => Overwrite(slot, record);

    /// <summary>Takes a record away.</summary>
    public void Remove(int slot) => Overwrite(slot, null);

    /// <summary>Closes the file, and removes it where no record is left in it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_file is null)
                return;
            _file.Dispose();
            if (_free.Count == _slots - 1)
                File.Delete(_path);
        }
    }

    /// <summary>Reads what a process that has ended left in its file; empty where it was of another boot of the machine, or of
    /// another container, whose processes have other numbers.</summary>
    public static IReadOnlyList<ProcessRecord> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        var bytes = File.ReadAllBytes(path);
        var header = new byte[ProcessRecord.Size];
        WriteHeader(header);
        if (!bytes.AsSpan().StartsWith(header))
            return [];
        var found = new List<ProcessRecord>();
        for (var at = ProcessRecord.Size; at + ProcessRecord.Size <= bytes.Length; at += ProcessRecord.Size)
        {
            if (ProcessRecord.Read(bytes.AsSpan(at, ProcessRecord.Size)) is { } record)
                found.Add(record);
        }

        return found;
    }

    /// <summary>Adds records to the file of a process that has ended.</summary>
    public static void Append(string path, IReadOnlyList<ProcessRecord> records)
    {
        var bytes = new byte[records.Count * ProcessRecord.Size];
        for (var i = 0; i < records.Count; i++)
            records[i].Write(bytes.AsSpan(i * ProcessRecord.Size, ProcessRecord.Size));

        // A record whose writer was ended in the middle of it is the last one, and is written over.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        RandomAccess.Write(file.SafeFileHandle, bytes, file.Length / ProcessRecord.Size * ProcessRecord.Size);
    }

    private FileStream Open()
    {
        var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Span<byte> header = stackalloc byte[ProcessRecord.Size];
        WriteHeader(header);
        RandomAccess.Write(file.SafeFileHandle, header, 0);
        return file;
    }

    // In place, where there is room already. Where the disk fails all the same the record stays, and whoever looks for its
    // processes will find none.
    private void Overwrite(int slot, ProcessRecord? record)
    {
        lock (_gate)
        {
            try
            {
                Write(slot, record);
                if (record is null)
                    _free.Push(slot);
            }
            catch (IOException)
            {
            }
        }
    }

    private void Write(int slot, ProcessRecord? record)
    {
        Span<byte> bytes = stackalloc byte[ProcessRecord.Size];
        if (record is null)
            ProcessRecord.Clear(bytes);
        else
            record.Write(bytes);
        RandomAccess.Write(_file!.SafeFileHandle, bytes, (long)slot * ProcessRecord.Size);
    }

    private static void WriteHeader(Span<byte> slot)
    {
        ProcessRecord.Clear(slot);
        Encoding.UTF8.GetBytes($"sightglass processes 1 {TextOf("/proc/sys/kernel/random/boot_id")} {new FileInfo("/proc/self/ns/pid").LinkTarget}", slot[..^1]);
    }

    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "-";
        }
    }
}
