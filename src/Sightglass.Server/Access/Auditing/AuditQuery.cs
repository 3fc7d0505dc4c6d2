using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Auditing;

/// <summary>Which entries of the audit log are wanted.</summary>
internal sealed record AuditQuery
{
    public long? Cursor { get; private init; }

    public int Limit { get; private init; } = 100;

    public string Format { get; private init; } = "json";

    /// <summary>Gets the text that <see cref="AuditEntry.By"/> holds.</summary>
    public string? By { get; private init; }

    /// <summary>Gets the text that <see cref="AuditEntry.Action"/> holds.</summary>
    public string? Action { get; private init; }

    /// <summary>Gets the text that <see cref="AuditEntry.Target"/> holds.</summary>
    public string? Target { get; private init; }

    public string? Outcome { get; private init; }

    public string? Code { get; private init; }

    public DateTimeOffset? From { get; private init; }

    public DateTimeOffset? To { get; private init; }

    public static (AuditQuery? Query, ApiProblem? Problem) Read(IQueryCollection query)
    {
        long cursor = 0;
        if (Text("cursor") is { } given && (!long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out cursor) || cursor > long.MaxValue / 2))
            return Refuse("cursor is 'next' of the page before.");
        var limit = 100;
        if (Text("limit") is { } asked && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1000)) return Refuse("limit is a number from 1 to 1000.");
        if (Text("format") is not (null or "json" or "csv" or "ndjson")) return Refuse("format is json, csv or ndjson.");
        if (Text("outcome") is not (null or "done" or "refused" or "failed")) return Refuse("outcome is done, refused or failed.");
        if (!TryTime("from", out var from) || !TryTime("to", out var to)) return Refuse("from and to are moments such as 2026-11-21T15:00:00Z, or milliseconds since 1970.");
        return (new AuditQuery { Cursor = Text("cursor") is null ? null : cursor, Limit = limit, Format = Text("format") ?? "json", By = Text("by"), Action = Text("action"), Target = Text("target"), Outcome = Text("outcome"), Code = Text("code"), From = from, To = to }, null);

        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

        bool TryTime(string name, out DateTimeOffset? time)
        {
            time = null;
            if (Text(name) is not { } text) return true;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 253_402_300_800_000) time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            else if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)) time = moment;
            return time is not null;
        }
    }

    public bool Fits(AuditEntry entry) =>
        Holds(entry.By, By) && Holds(entry.Action, Action) && Holds(entry.Target, Target)
        && (Outcome is null || entry.Outcome == Outcome) && (Code is null || entry.Code == Code)
        && (From is not { } from || entry.Time >= from) && (To is not { } to || entry.Time < to);

    private static bool Holds(string text, string? wanted) => wanted is null || text.Contains(wanted, StringComparison.OrdinalIgnoreCase);

    private static (AuditQuery?, ApiProblem?) Refuse(string why) => (null, ApiProblem.BadRequest("invalid_query", why));
}
