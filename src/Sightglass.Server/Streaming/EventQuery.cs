using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming;

/// <summary>What a reader of a log asks for.</summary>
/// <param name="After">The cursor.</param>
/// <param name="Limit">The most events of a page.</param>
/// <param name="Wait">How long a page may wait for its first event.</param>
/// <param name="Follow">Whether NDJSON stays open to the end.</param>
/// <param name="Filter">Which events.</param>
/// <param name="IsBack">Whether the cursor is that of a browser that comes back.</param>
/// <param name="Viewer">What the viewer calls itself; empty where it does not.</param>
internal sealed record EventQuery(long After, int Limit, TimeSpan Wait, bool Follow, EventFilter Filter, bool IsBack, string Viewer)
{
    /// <summary>Reads the query, or says what is wrong with it.</summary>
    public static (EventQuery? Query, ApiProblem? Problem) Read(HttpRequest request)
    {
        var query = request.Query;

        // A browser that comes back sends its cursor here, and the address it was given first stays as it was.
        var lastId = request.Headers["Last-Event-ID"].ToString();
        var after = lastId.Length > 0 ? lastId : query["after"].ToString();
        long cursor = 0;
        if (after.Length > 0 && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out cursor))
            return Refuse("invalid_cursor", "after (or Last-Event-ID) is the seq of the last event known: a number from 0.");
        if (!TryRead(query["limit"], ServerLimits.DefaultEvents, 1, ServerLimits.MaxEvents, out var limit)) return Refuse("invalid_query", $"limit must be a number from 1 to {ServerLimits.MaxEvents}.");
        if (!TryRead(query["wait"], 0, 0, ServerLimits.MaxWaitSeconds, out var wait)) return Refuse("invalid_query", $"wait must be a number of seconds from 0 to {ServerLimits.MaxWaitSeconds}.");
        var follow = query["follow"].ToString();
        if (follow is not ("" or "true" or "false")) return Refuse("invalid_query", "follow must be true or false.");
        return EventFilter.Parse(query["stages"].ToString(), query["types"].ToString()) is { } filter
            ? (new EventQuery(cursor, limit, TimeSpan.FromSeconds(wait), follow == "true", filter, lastId.Length > 0, query["viewer"].ToString()), null)
            : Refuse("invalid_query", "stages and types take at most 100 names each.");
    }

    private static bool TryRead(string? text, int byDefault, int least, int most, out int number)
    {
        number = byDefault;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most);
    }

    private static (EventQuery?, ApiProblem?) Refuse(string code, string detail) => (null, ApiProblem.BadRequest(code, detail));
}
