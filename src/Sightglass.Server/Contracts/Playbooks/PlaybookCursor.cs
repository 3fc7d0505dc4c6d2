using System.Globalization;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>A place in the stream of a run: one event of the log is several frames there.</summary>
/// <param name="Seq">The event.</param>
/// <param name="Frame">Which of its frames was received last, from 0.</param>
internal readonly record struct PlaybookCursor(long Seq, int Frame)
{
    public static bool TryParse(string text, out PlaybookCursor cursor)
    {
        cursor = default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var frame = int.MaxValue;
        if (!long.TryParse(dot < 0 ? text : text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var seq)) return false;
        if (dot >= 0 && !int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out frame)) return false;
        cursor = new PlaybookCursor(seq, frame);
        return true;
    }
}
