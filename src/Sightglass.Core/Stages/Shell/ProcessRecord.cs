using System.Globalization;
using System.Text;

namespace Sightglass.Core.Stages.Shell;

/// <summary>One running attempt as the file of processes tells of it.</summary>
/// <param name="Token">The mark in the environment of everything that comes of it.</param>
/// <param name="Pid">Its first process; 0 before it was started.</param>
/// <param name="Start">The moment of that process's start, in ticks since the machine's; -1 where nobody knows.</param>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Stage">The stage's key.</param>
/// <param name="OutputPipe">The system's number of the pipe of standard output; 0 where nobody knows.</param>
/// <param name="ErrorPipe">The same of standard error.</param>
internal sealed record ProcessRecord(string Token, int Pid, long Start, Guid ExecutionId, int Attempt, string Stage, long OutputPipe = 0, long ErrorPipe = 0)
{
    /// <summary>Bytes of a record; more than the longest.</summary>
    public const int Size = 256;

    /// <summary>Writes it into a slot: one line, filled up with spaces.</summary>
    public void Write(Span<byte> slot)
    {
        Clear(slot);
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Token} {Pid} {Start} {ExecutionId} {Attempt} {Stage} {OutputPipe} {ErrorPipe}"), slot[..^1]);
    }

    /// <summary>Makes a slot free.</summary>
    public static void Clear(Span<byte> slot)
    {
        slot.Fill((byte)' ');
        slot[^1] = (byte)'\n';
    }

    /// <summary>Reads a slot; null where it is free, or where its writer was ended in the middle of it.</summary>
    public static ProcessRecord? Read(ReadOnlySpan<byte> slot)
    {
        var parts = Encoding.UTF8.GetString(slot).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts is [var token, var pid, var start, var execution, var attempt, var stage, .. var pipes]
            && int.TryParse(pid, CultureInfo.InvariantCulture, out var number) && long.TryParse(start, CultureInfo.InvariantCulture, out var ticks)
            && Guid.TryParse(execution, out var id) && int.TryParse(attempt, CultureInfo.InvariantCulture, out var count)
            ? new ProcessRecord(token, number, ticks, id, count, stage, PipeAt(pipes, 0), PipeAt(pipes, 1))
            : null;
    }

    // Absent in what an earlier version wrote.
    private static long PipeAt(string[] pipes, int index) =>
        index < pipes.Length && long.TryParse(pipes[index], CultureInfo.InvariantCulture, out var pipe) ? pipe : 0;
}
