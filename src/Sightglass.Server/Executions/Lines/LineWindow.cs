namespace Sightglass.Server.Executions.Lines;

/// <summary>A part of the lines that fit a filter.</summary>
/// <param name="From">How many that fit stand before it.</param>
/// <param name="Total">How many fit up to <paramref name="Seq"/>.</param>
/// <param name="Counts">How many fit of each level, also of those that are not wanted.</param>
/// <param name="AllLines">How many lines there are at all up to <paramref name="Seq"/>.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Open">Lines that fit and have not ended at <paramref name="Seq"/>.</param>
/// <param name="Seq">The last event that was looked at.</param>
/// <param name="Last">The last event of the log.</param>
/// <param name="More">Whether events that count have not been looked at yet.</param>
/// <param name="Ended">Whether the execution has ended.</param>
internal sealed record LineWindow(
    long From, long Total, LevelCounts Counts, long AllLines, IReadOnlyList<FoundLine> Lines, IReadOnlyList<FoundLine> Open, long Seq, long Last, bool More, bool Ended);
