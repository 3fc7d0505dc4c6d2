using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Executions.Lines;

/// <summary>Which lines are wanted: a part of those that fit a filter.</summary>
internal sealed record LineQuery
{
    private readonly HashSet<string> _stages;
    private readonly string _stream;
    private readonly string _text;

    public LineQuery(IQueryCollection query)
    {
        _stages = Split(query["stage"]);
        _stream = query["stream"].ToString();
        _text = query["q"].ToString();
        Key = string.Join('\n', [_stream, _text, .. _stages.Order(StringComparer.Ordinal)]);
        Levels = Split(query["level"]).Aggregate(0, (all, level) => all | 1 << LevelCounts.NumberOf(level));
        if (Levels == 0) Levels = 15;
        From = NumberOf(query["from"]);
        Line = NumberOf(query["line"]);
        At = NumberOf(query["at"]);
        Limit = (int)(NumberOf(query["limit"]) ?? LineLimits.DefaultLines);
        Width = (int)(NumberOf(query["width"]) ?? LineLimits.DefaultWidth);
    }

    /// <summary>Gets what names the filter, its levels apart.</summary>
    public string Key { get; }

    /// <summary>Gets the bits of the levels that are wanted.</summary>
    public int Levels { get; }

    /// <summary>Gets how many lines that fit are passed over.</summary>
    public long? From { get; }

    /// <summary>Gets the number of the line at which to begin.</summary>
    public long? Line { get; }

    /// <summary>Gets the last event that counts.</summary>
    public long? At { get; }

    /// <summary>Gets the most lines to give.</summary>
    public int Limit { get; }

    /// <summary>Gets the most characters of a line to give.</summary>
    public int Width { get; }

    /// <summary>Tells whether a line fits, whatever its level.</summary>
    public bool Fits(in LineView line) =>
        IsOf(line.Source.Stage!, line.Stream) && (_text.Length == 0 || line.Text.Contains(_text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Tells whether a line without an end may come to fit.</summary>
    public bool Fits(HeldLine line) =>
        IsOf(line.Stage, line.Stream) && (_text.Length == 0 || line.Text.Contains(_text, StringComparison.OrdinalIgnoreCase)) && (Levels & 2) != 0;

    private bool IsOf(string stage, string stream) =>
        (_stream.Length == 0 || _stream == stream)
        && (_stages.Count == 0 || _stages.Contains(stage) || (stage.IndexOf('[', StringComparison.Ordinal) is > 0 and var end && _stages.Contains(stage[..end])));

    private static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static HashSet<string> Split(IEnumerable<string?> values) =>
        [.. values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
