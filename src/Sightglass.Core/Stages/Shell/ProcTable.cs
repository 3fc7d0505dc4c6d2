using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;

namespace Sightglass.Core.Stages.Shell;

/// <summary>One process as <c>/proc/PID/stat</c> tells of it. Number and start together name it for good.</summary>
internal readonly record struct ProcEntry(int Pid, int Parent, int Group, int Session, long Start, long CpuTicks, long ResidentPages, int Threads, bool HasMemory, bool IsDead);

/// <summary>
/// Reads the machine's processes. Readings are shared: a hundred running stages that measure themselves cost one
/// reading each moment.
/// </summary>
internal static unsafe class ProcTable
{
    private const int CodeStart = 26;
    private const int EnvironmentStart = 50;
    private const int EnvironmentEnd = 51;

    private static readonly EnumerationOptions s_options = new() { AttributesToSkip = 0, IgnoreInaccessible = true };
    private static readonly Lazy<int> s_pidMax = new(ReadPidMax);
    private static readonly Lazy<int> s_load = new(OpenLoad);
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

    /// <summary>Lists all processes, now.</summary>
    public static ProcEntry[] Read() => ReadAll(0);

    /// <summary>Lists the processes that may have been started after one, now. Numbers are given out in order, so that
    /// smaller ones need no look, unless the numbers began anew meanwhile.</summary>
    /// <param name="pid">The one.</param>
    /// <param name="elapsed">How long ago it was started.</param>
    public static ProcEntry[] ReadSince(int pid, TimeSpan elapsed)
    {
        // No machine starts this many in a second; so in this time the numbers have not gone round.
        const double mostStartsPerSecond = 50_000;
        var last = LastPid();
        if (last < pid || elapsed.TotalSeconds * mostStartsPerSecond >= s_pidMax.Value)
            return ReadAll(0);
        return last - pid <= ShellLimits.MaxProbes ? ReadRange(pid, last) : ReadAll(pid);
    }

    public static ProcEntry? ReadOne(int pid)
    {
        Span<byte> text = stackalloc byte[1024];
        var length = ReadFile(pid, "/stat"u8, text);
        return length <= 0 ? null : Parse(pid, text[..length]);
    }

    /// <summary>Gets the attempt whose mark a process carries in its environment; null where it carries none.</summary>
    /// <param name="entry">The process.</param>
    /// <param name="isSure">False in the instant in which a process turns into another program and has no environment yet,
    /// which lasts as long as the machine lets it wait: look again.</param>
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
            isSure = !entry.HasMemory || HasEmptyEnvironment(entry);
            return null;
        }

        lock (s_gate)
        {
            // Mostly of processes that are gone; those that are not are read again.
            if (s_tokens.Count >= ShellLimits.MaxKnownMarks)
                s_tokens.Clear();
            s_tokens[(entry.Pid, entry.Start)] = token;
        }

        return token;
    }

    /// <summary>Gets the number by which the system knows the pipe behind a file of this program; 0 where it is none.</summary>
    public static long PipeOf(int fd)
    {
        Span<byte> path = stackalloc byte[48];
        "/proc/self/fd/"u8.CopyTo(path);
        Utf8Formatter.TryFormat(fd, path[14..], out var digits);
        path[14 + digits] = 0;
        return PipeBehind(path);
    }

    /// <summary>Gets the pipes that a process has open; none where it is somebody else's, or gone.</summary>
    public static IReadOnlyCollection<long> PipesOf(in ProcEntry entry)
    {
        var pipes = new HashSet<long>();
        try
        {
            foreach (var file in Directory.EnumerateFiles($"/proc/{entry.Pid.ToString(CultureInfo.InvariantCulture)}/fd").Take(ShellLimits.MaxOpenFiles))
            {
                if (PipeBehind(Encoding.UTF8.GetBytes(file + '\0')) is var pipe and > 0)
                    pipes.Add(pipe);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }

        return pipes;
    }

    private static long PipeBehind(ReadOnlySpan<byte> path)
    {
        Span<byte> target = stackalloc byte[64];
        nint length;
        fixed (byte* start = path)
        fixed (byte* into = target)
            length = LibC.readlink(start, into, (nuint)target.Length);
        return length > 6 && target.StartsWith("pipe:["u8) && Utf8Parser.TryParse(target[6..(int)length], out long pipe, out _) ? pipe : 0;
    }

    // A few numbers are asked for one by one sooner than the folder is listed, which has an entry for each process of the
    // machine.
    private static ProcEntry[] ReadRange(int from, int last)
    {
        var entries = new List<ProcEntry>(4);
        for (var pid = from; pid <= last; pid++)
        {
            // A number may be that of a thread, which the folder does not list and yet opens.
            if (ReadOne(pid) is { } entry && (entry.Threads <= 1 || IsProcess(pid)))
                entries.Add(entry);

            // What was started meanwhile may be a child of one that is passed already.
            if (pid == last && LastPid() is var now && now > last && now - from <= ShellLimits.MaxProbes)
                last = now;
        }

        return [.. entries];
    }

    private static bool IsProcess(int pid)
    {
        Span<byte> text = stackalloc byte[512];
        var length = ReadFile(pid, "/status"u8, text);
        if (length <= 0)
            return false;
        text = text[..length];
        var at = text.IndexOf("\nTgid:\t"u8);
        return at < 0 || !Utf8Parser.TryParse(text[(at + 7)..], out int group, out _) || group == pid;
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
        int length;
        fixed (byte* start = text)
            length = s_load.Value < 0 ? -1 : (int)LibC.pread(s_load.Value, start, (nuint)text.Length, 0);
        if (length <= 0)
            return -1;
        text = text[..length].TrimEnd((byte)'\n');
        return Utf8Parser.TryParse(text[(text.LastIndexOf((byte)' ') + 1)..], out int pid, out _) ? pid : -1;
    }

    // Kept open: it is read at the end of every child.
    private static int OpenLoad()
    {
        fixed (byte* path = "/proc/loadavg\0"u8)
            return LibC.open(path, LibC.OpenReadOnly | LibC.CloseOnExec, 0);
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
        var buffer = ArrayPool<byte>.Shared.Rent(ShellLimits.MaxEnvironmentBytes);
        var length = 0;
        try
        {
            length = ReadFile(pid, "/environ"u8, buffer);
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
            // It held keys; only as much of it as was used, for this is done for every new process of the machine.
            buffer.AsSpan(0, Math.Max(0, length)).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Tells whether a process was started with no environment at all, in place of having none yet.</summary>
    /// <remarks>
    /// The kernel writes down where an environment begins, until it has counted it also that it ends there, and afterwards
    /// where the program's code begins. A process that has got its environment since it was read has one that does not end
    /// where it begins: it is to be read again. One that is gone has none.
    /// </remarks>
    internal static bool HasEmptyEnvironment(in ProcEntry entry)
    {
        Span<byte> text = stackalloc byte[1024];
        var length = ReadFile(entry.Pid, "/stat"u8, text);
        Span<long> fields = stackalloc long[EnvironmentEnd + 1];
        if (length <= 0 || !TryReadFields(text[..length], fields, out _) || fields[22] != entry.Start)
            return true;
        return fields[CodeStart] != 0 && fields[EnvironmentEnd] != 0 && fields[EnvironmentStart] == fields[EnvironmentEnd];
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
        Span<long> fields = stackalloc long[25];
        if (!TryReadFields(text, fields, out var state))
            return null;
        return new ProcEntry(
            pid, (int)fields[4], (int)fields[5], (int)fields[6], fields[22], fields[14] + fields[15], fields[24], (int)fields[20], fields[23] > 0, state is (byte)'Z' or (byte)'X');
    }

    // As many of the fields, numbered as in proc(5), as there is room for.
    private static bool TryReadFields(ReadOnlySpan<byte> text, Span<long> fields, out byte state)
    {
        state = 0;
        fields.Clear();
        // The program's name may hold spaces and parentheses: the fields begin after the last one.
        var close = text.LastIndexOf((byte)')');
        if (close < 0 || close + 2 >= text.Length)
            return false;
        text = text[(close + 2)..];
        state = text[0];
        var index = 3;
        foreach (var range in text.Split((byte)' '))
        {
            if (Utf8Parser.TryParse(text[range], out long value, out _))
                fields[index] = value;
            if (++index == fields.Length)
                break;
        }

        return true;
    }
}
