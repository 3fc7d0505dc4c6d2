using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Executions.Lines;

/// <summary>Finds the lines of one log by their numbers: remembers places of it from which to read on, and for each filter how
/// many lines fit before each place. Used by one request at a time.</summary>
/// <param name="store">Where the log is.</param>
/// <param name="id">The execution.</param>
internal sealed class LineIndex(IEventStore store, Guid id)
{
    private readonly List<LinePoint> _points = [LinePoint.Start];
    private readonly Dictionary<string, List<LevelCounts>> _counts = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _byUse = new();
    private long _carried;

    /// <summary>Gets about how many bytes it takes.</summary>
    public long Weight => 512 + (_points.Count * 96L) + (_carried * 2) + _counts.Sum(c => 256 + (c.Value.Capacity * 32L) + (c.Key.Length * 2L));

    /// <summary>Reads lines of what the log holds up to an event.</summary>
    public async Task<LineWindow> ReadAsync(LineQuery query, LogPage log, CancellationToken cancellationToken)
    {
        var end = Math.Min(query.At ?? long.MaxValue, log.Last);
        var counts = CountsOf(query.Key);
        var (reached, open) = await CountAsync(query, counts, end, cancellationToken).ConfigureAwait(false);
        var total = reached.Counts.Sum(query.Levels);
        var first = query.Line is null ? Math.Min(query.From ?? Math.Max(0, total - query.Limit), total) : (long?)null;
        var (from, lines) = await CollectAsync(query, counts, first, reached, cancellationToken).ConfigureAwait(false);
        return new LineWindow(
            from, total, reached.Counts, reached.Lines, lines,
            [.. open.Where(query.Fits).Take(LineLimits.MaxOpenLines).Select(line => FoundLine.Of(line, query.Width))],
            reached.Seq, log.Last, reached.Seq < end, log.Ended && reached.Seq >= log.Last);
    }

    /// <summary>Counts on from the last place at which the filter's counts are known.</summary>
    private async Task<(Reached, IReadOnlyList<HeldLine>)> CountAsync(LineQuery query, List<LevelCounts> counts, long end, CancellationToken cancellationToken)
    {
        var at = LastPoint(counts, (point, _) => point.Seq <= end);
        var start = _points[at];
        var fold = new LineFold(start.Held);
        var (lines, seq, found) = (start.Lines, start.Seq, counts[at]);
        LineTaker take = (in LineView line) =>
        {
            lines++;
            if (query.Fits(line)) found = found.With(LevelCounts.NumberOf(line.Level));
        };
        long scanned = 0;
        await foreach (var block in BlocksAsync(start.Seq, end, cancellationToken).ConfigureAwait(false))
        {
            foreach (var e in EventJson.ReadBlock(block.Bytes))
            {
                if (e.Seq > end) break;
                fold.Add(e, take);
                seq = e.Seq;
            }

            scanned += block.Bytes.Length;
            if (seq == block.LastSeq)
            {
                if (at + 1 == _points.Count) Mark(fold, seq, lines, start.Bytes + scanned);
                if (at + 1 < _points.Count && _points[at + 1].Seq == seq)
                {
                    at++;
                    if (counts.Count == at) counts.Add(found);
                }
            }

            if (scanned >= LineLimits.StepBytes) break;
        }

        return (new Reached(seq, lines, found), fold.Hold(withText: true));
    }

    /// <summary>Gives the lines from the one at which to begin, which is the <paramref name="first"/> that fits or has the number that is asked for.</summary>
    private async Task<(long From, IReadOnlyList<FoundLine> Lines)> CollectAsync(LineQuery query, List<LevelCounts> counts, long? first, Reached reached, CancellationToken cancellationToken)
    {
        var total = reached.Counts.Sum(query.Levels);
        var found = new List<FoundLine>();
        if (first >= total) return (total, found);
        var at = LastPoint(counts, (point, sum) => point.Seq <= reached.Seq && (first is { } from ? sum.Sum(query.Levels) <= from : point.Lines < query.Line));
        var (position, number, begin) = (counts[at].Sum(query.Levels), _points[at].Lines, total);
        long chars = 0;
        LineTaker take = (in LineView line) =>
        {
            number++;
            if (IsFull() || (query.Levels & (1 << LevelCounts.NumberOf(line.Level))) == 0 || !query.Fits(line)) return;
            if (first is { } from ? position >= from : number >= query.Line)
            {
                if (found.Count == 0) begin = position;
                chars += Keep(found, FoundLine.Of(line, number, query.Width));
            }

            position++;
        };

        LineFold? fold = null;
        for (long scanned = 0; ; at++)
        {
            // Places between which no line fits are passed over.
            for (; HasNext() && counts[at + 1].Sum(query.Levels) == counts[at].Sum(query.Levels); at++) fold = null;
            if (fold is null) (fold, number) = (new LineFold(_points[at].Held), _points[at].Lines);
            var stop = HasNext() ? _points[at + 1].Seq : reached.Seq;
            await foreach (var block in BlocksAsync(_points[at].Seq, stop, cancellationToken).ConfigureAwait(false))
            {
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Seq > stop || IsFull()) break;
                    fold.Add(e, take);
                }

                scanned += block.Bytes.Length;
                if (IsFull()) break;
            }

            if (!HasNext() || IsFull() || (scanned >= LineLimits.StepBytes && found.Count > 0)) return (begin, found);
        }

        bool HasNext() => at + 1 < counts.Count && _points[at + 1].Seq <= reached.Seq;
        bool IsFull() => found.Count >= query.Limit || (found.Count > 0 && chars >= LineLimits.MaxWindowChars);
    }

    private static int Keep(List<FoundLine> found, FoundLine line)
    {
        found.Add(line);
        return line.Text.Length + (line.Fields?.Json.Length ?? 0) + 100;
    }

    private void Mark(LineFold fold, long seq, long lines, long bytes)
    {
        var changed = fold.Changed;
        var apart = Math.Min(LineLimits.StepBytes / 2, Math.Max(LineLimits.PointBytes, Math.Max(bytes / 1024, changed * 16L)));
        if (bytes - _points[^1].Bytes < apart) return;
        var withText = _carried + changed <= LineLimits.MaxCarriedChars;
        var held = fold.Hold(withText);
        _carried += (withText ? changed : 0) + (held.Count * 8L);
        _points.Add(new LinePoint(seq, lines, bytes, held));
    }

    private int LastPoint(List<LevelCounts> counts, Func<LinePoint, LevelCounts, bool> isBefore)
    {
        var (low, high) = (0, Math.Min(counts.Count, _points.Count) - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (isBefore(_points[middle], counts[middle])) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private List<LevelCounts> CountsOf(string key)
    {
        if (_counts.TryGetValue(key, out var known))
        {
            _byUse.Remove(key);
        }
        else
        {
            _counts[key] = known = [default];
            if (_counts.Count > LineLimits.MaxFilters)
            {
                _counts.Remove(_byUse.Last!.Value);
                _byUse.RemoveLast();
            }
        }

        _byUse.AddFirst(key);
        return known;
    }

    private async IAsyncEnumerable<EventBlock> BlocksAsync(long after, long end, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var cursor = after; cursor < end;)
        {
            var page = await store.ReadAsync(id, cursor, BlockFilter.All, LineLimits.PointBytes, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0) yield break;
            foreach (var block in page.Blocks)
            {
                if (block.FirstSeq > end) yield break;
                yield return block;
                cursor = block.LastSeq;
            }
        }
    }

    /// <summary>How far it was counted.</summary>
    private readonly record struct Reached(long Seq, long Lines, LevelCounts Counts);
}
