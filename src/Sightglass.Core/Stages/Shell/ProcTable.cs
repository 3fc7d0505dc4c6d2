using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;

namespace Sightglass.Core.Stages.Shell;

/// <summary>One process as <c>/proc/PID/stat</c> tells of it. Number and start together name it for good.</summary>
internal readonly record struct ProcEntry(int Pid, int Parent, int Group, int Session, long Start, long CpuTicks, long ResidentPages, bool HasMemory, bool IsDead);

/// <summary>
/// Reads the machine's processes. Readings are shared: a hundred running stages that measure themselves cost one
/// reading each moment.
/// </summary>
internal static unsafe class ProcTable
{
    private const int EnvironmentLimit = 1 << 20;
    private const int MaxTokens = 8192;

    private static readonly EnumerationOptions s_options = new() { AttributesToSkip = 0, IgnoreInaccessible = true };
    private static readonly Lazy<int> s_pidMax = new(ReadPidMax);
    private static readonly Lock s_gate = new();

    // Guarded by s_gate.
    private static readonly Dictionary<(int Pid, long Start), string?> s_tokens = [];
    private static ProcEntry[] s_last = [];
    private static long s_lastAt;

    /// <summary>Lists the processes, at most <paramref name="age"/> old.</summary>
    public static ProcEntry[] Read(TimeSpan age)
    {
        lock (s_gate)
        {
            // Not the engine's clock: this is the age of a reading of this machine, also where a test turns the clock.
            if (age > TimeSpan.Zero && s_last.Length > 0 && Stopwatch.GetElapsedTime(s_lastAt) < age)
                return s_last;
            s_last = ReadAll(0);
            s_lastAt = Stopwatch.GetTimestamp();
            return s_last;
        }
    }

    /// <summary>Lists the processes that may have been started after one, now. Numbers are given out in order, so that
    /// smaller ones need no look, unless the numbers began anew meanwhile.</summary>
    /// <param name="pid">The one.</param>
    /// <param name="elapsed">How long ago it was started.</param>
    public static ProcEntry[] ReadSince(int pid, TimeSpan elapsed)
    {
        // No machine starts this many in a second; so in this time the numbers have not gone round.
        const double mostStartsPerSecond = 50_000;
        var isOneRound = LastPid() >= pid && elapsed.TotalSeconds * mostStartsPerSecond < s_pidMax.Value;
        return ReadAll(isOneRound ? pid : 0);
    }

    public static ProcEntry? ReadOne(int pid)
    {
        Span<byte> text = stackalloc byte[1024];
        var length = ReadFile(pid, "/stat"u8, text);
        return length <= 0 ? null : Parse(pid, text[..length]);
    }

    /// <summary>Gets the attempt whose mark a process carries in its environment; null where it carries none.</summary>
    /// <param name="entry">The process.</param>
    /// <param name="isSure">False where the environment was empty, which it also is for an instant while a process turns
    /// into another program: look again.</param>
    public static string? TokenOf(in ProcEntry entry, out bool isSure)
    {
        isSure = true;
        lock (s_gate)
        {
            if (s_tokens.TryGetValue((entry.Pid, entry.Start), out var known))
                return known;
        }

        var token = ReadToken(entry.Pid, out isSure);
        if (!isSure)
        {
            isSure = !entry.HasMemory;
            return null;
        }

        lock (s_gate)
        {
            // Mostly of processes that are gone; those that are not are read again.
            if (s_tokens.Count >= MaxTokens)
                s_tokens.Clear();
            s_tokens[(entry.Pid, entry.Start)] = token;
        }

        return token;
    }

    private static ProcEntry[] ReadAll(int from)
    {
        var entries = new List<ProcEntry>(64);
        var pids = new FileSystemEnumerable<int>("/proc", static (ref FileSystemEntry entry) => int.Parse(entry.FileName, provider: null), s_options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => char.IsAsciiDigit(entry.FileName[0]) && int.TryParse(entry.FileName, out var pid) && pid >= from,
        };
        foreach (var pid in pids)
        {
            if (ReadOne(pid) is { } entry)
                entries.Add(entry);
        }

        return [.. entries];
    }

    // The number given out last, which is the last field of /proc/loadavg.
    private static int LastPid()
    {
        Span<byte> text = stackalloc byte[128];
        var length = ReadFile("/proc/loadavg\0"u8, text);
        if (length <= 0)
            return -1;
        text = text[..length].TrimEnd((byte)'\n');
        return Utf8Parser.TryParse(text[(text.LastIndexOf((byte)' ') + 1)..], out int pid, out _) ? pid : -1;
    }

    private static int ReadPidMax()
    {
        try
        {
            return int.Parse(File.ReadAllText("/proc/sys/kernel/pid_max").Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }

    private static string? ReadToken(int pid, out bool isRead)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(EnvironmentLimit);
        try
        {
            var length = ReadFile(pid, "/environ"u8, buffer);
            isRead = length != 0; // Less than 0: somebody else's, or gone.
            if (length <= 0)
                return null;
            ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
            var mark = "SIGHTGLASS_ATTEMPT_TOKEN="u8;
            var at = text.IndexOf(mark);
            if (at < 0 || (at > 0 && text[at - 1] != 0))
                return null;
            text = text[(at + mark.Length)..];
            var end = text.IndexOf((byte)0);
            return Encoding.ASCII.GetString(end < 0 ? text : text[..end]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static int ReadFile(int pid, ReadOnlySpan<byte> name, Span<byte> into)
    {
        Span<byte> path = stackalloc byte[48];
        "/proc/"u8.CopyTo(path);
        Utf8Formatter.TryFormat(pid, path[6..], out var digits);
        name.CopyTo(path[(6 + digits)..]);
        path[6 + digits + name.Length] = 0;
        return ReadFile(path, into);
    }

    private static int ReadFile(ReadOnlySpan<byte> path, Span<byte> into)
    {
        int fd;
        fixed (byte* start = path)
            fd = LibC.open(start, LibC.OpenReadOnly | LibC.CloseOnExec, 0);
        if (fd < 0)
            return -1;
        var total = 0;
        fixed (byte* start = into)
        {
            while (total < into.Length)
            {
                var count = (int)LibC.read(fd, start + total, (nuint)(into.Length - total));
                if (count <= 0)
                    break;
                total += count;
            }
        }

        _ = LibC.close(fd);
        return total;
    }

    private static ProcEntry? Parse(int pid, ReadOnlySpan<byte> text)
    {
        // The program's name may hold spaces and parentheses: the fields begin after the last one.
        var close = text.LastIndexOf((byte)')');
        if (close < 0 || close + 2 >= text.Length)
            return null;
        text = text[(close + 2)..];
        var state = text[0];
        Span<long> fields = stackalloc long[25];
        fields.Clear();
        var index = 3;
        foreach (var range in text.Split((byte)' '))
        {
            if (Utf8Parser.TryParse(text[range], out long value, out _))
                fields[index] = value;
            if (++index == fields.Length)
                break;
        }

        return new ProcEntry(pid, (int)fields[4], (int)fields[5], (int)fields[6], fields[22], fields[14] + fields[15], fields[24], fields[23] > 0, state is (byte)'Z' or (byte)'X');
    }
}
