using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary>Reads the query parameters of the lists, and collects all that is wrong with them.</summary>
internal sealed class ListQuery(IQueryCollection query)
{
    private static readonly ExecutionStatus[] All = Enum.GetValues<ExecutionStatus>();

    private readonly List<string> _wrong = [];
    private bool _hasUnknownStatus;

    /// <summary>Gets what a status parameter may be.</summary>
    public static Constraint StatusConstraint => Constraint.OneOf([.. All.Select(s => s.ToWire())]).List(All.Length);

    /// <summary>Gets all that is wrong, once everything was read.</summary>
    public ApiProblem? Problem => _wrong.Count == 0 ? null
        : ApiProblem.BadRequest(_hasUnknownStatus && _wrong.Count == 1 ? "unknown_status" : "invalid_query", string.Join(' ', _wrong));

    public IReadOnlyList<ExecutionStatus> Statuses()
    {
        var found = new List<ExecutionStatus>();
        foreach (var name in query["status"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var index = Array.FindIndex(All, s => s.ToWire() == name);
            if (index < 0)
            {
                if (!_hasUnknownStatus) _wrong.Add("status must be one of " + string.Join(", ", All.Select(s => s.ToWire())) + ".");
                _hasUnknownStatus = true;
            }
            else if (!found.Contains(All[index]))
            {
                found.Add(All[index]);
            }
        }

        return found;
    }

    /// <summary>Reads a whole number.</summary>
    public int? Number(string name, int most)
    {
        var text = query[name].ToString();
        if (text.Length == 0) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most) return number;
        _wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from 1 to {most}."));
        return null;
    }

    public string? Cursor()
    {
        var text = query["cursor"].ToString();
        if (text.Length == 0) return null;
        if (ExecutionCursor.TryParse(text, out _)) return text;
        _wrong.Add("cursor must be the 'next' of a page; leave it out to start with the newest.");
        return null;
    }

    public string? Text(string name, int most)
    {
        var text = query[name].ToString();
        if (text.Length == 0) return null;
        if (text.Length <= most) return text;
        _wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{name} has {text.Length} characters; at most {most} are allowed."));
        return null;
    }

    public IReadOnlyList<LabelFilter> Labels()
    {
        var found = new List<LabelFilter>();
        foreach (var text in query["label"])
        {
            if (string.IsNullOrEmpty(text)) continue;
            var parts = text.Split('=', 2);
            if (parts[0].Length == 0) _wrong.Add("label must be NAME=VALUE, or NAME for any value.");
            else found.Add(new LabelFilter(parts[0], parts.Length == 2 ? parts[1] : null));
        }

        if (found.Count <= ServerLimits.MaxLabelFilters) return found;
        _wrong.Add($"label may be given {ServerLimits.MaxLabelFilters} times.");
        return [];
    }

    /// <summary>Reads a moment: RFC 3339, or milliseconds since 1970.</summary>
    public DateTimeOffset? Moment(string name)
    {
        var text = query[name].ToString();
        if (text.Length == 0) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

        // A plus sign that was not escaped arrives as a space.
        if (text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)) return moment;
        _wrong.Add($"{name} must be a moment such as 2026-11-20T17:00:00Z, or milliseconds since 1970.");
        return null;
    }

    /// <summary>Notes what is wrong with parameters that do not go together.</summary>
    public void Refuse(string what) => _wrong.Add(what);
}
