namespace Sightglass.Server.Executions.Lines;

/// <summary>A place of a log, between two blocks, from which its lines can be read on.</summary>
/// <param name="Seq">The last event before it.</param>
/// <param name="Lines">How many lines end before it.</param>
/// <param name="Bytes">How many bytes of the log stand before it.</param>
/// <param name="Held">The lines that go over it.</param>
internal sealed record LinePoint(long Seq, long Lines, long Bytes, IReadOnlyList<HeldLine> Held)
{
    /// <summary>The beginning of every log.</summary>
    public static readonly LinePoint Start = new(0, 0, 0, []);
}
