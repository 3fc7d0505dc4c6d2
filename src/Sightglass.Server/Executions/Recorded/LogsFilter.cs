using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Executions.Recorded;

/// <summary>Which lines are wanted.</summary>
internal sealed class LogsFilter
{
    private readonly HashSet<string> _stages;
    private readonly HashSet<string> _levels;
    private readonly string _stream;
    private readonly string _text;

    public LogsFilter(IQueryCollection query)
    {
        _stages = Split(query["stage"]);
        _levels = Split(query["level"]);
        _stream = query["stream"].ToString();
        _text = query["q"].ToString();
    }

    public bool Fits(LogEntry entry) =>
        (_stages.Count == 0 || _stages.Contains(entry.Stage) || (entry.Stage.IndexOf('[') is > 0 and var end && _stages.Contains(entry.Stage[..end])))
        && (_levels.Count == 0 || _levels.Contains(entry.Level))
        && (_stream.Length == 0 || _stream == entry.Stream)
        && (_text.Length == 0 || entry.Text.Contains(_text, StringComparison.OrdinalIgnoreCase));

    private static HashSet<string> Split(IEnumerable<string?> values) =>
        [.. values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
