using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>
/// One search by the full-text index. The places of what is not in it – executions that have not ended, or only just – are few
/// and read first; those in the index come out of it in the same order, newest first, and the two are merged until the page is
/// full. Only then rows are read. A statement that did all of it would sort whatever is passed over.
/// </summary>
internal sealed class IndexSearch(ListStatements statements, ExecutionQuery query, ListSql sql, IReadOnlyCollection<string> tokens, ExecutionCursor? after)
{
    private readonly List<long> _found = [];
    private long? _below;

    public ExecutionPage List(CancellationToken cancellationToken)
    {
        // Of one moment: what ends meanwhile would be in both, or in neither.
        statements.Prepared("BEGIN").Run();
        try
        {
            _below = after is { } cursor ? statements.PlaceOf(cursor) : null;
            Find(OpenPlaces(), cancellationToken);
            return Page();
        }
        finally
        {
            statements.Prepared("COMMIT").Run();
        }
    }

    private List<long> OpenPlaces()
    {
        var places = new List<long>();
        var rows = Bind(sql.OpenPlaces(after is not null));
        while (rows.Step()) places.Add(rows.Int64(0));
        return places;
    }

    /// <summary>Collects the places of the page, and one more where there is one.</summary>
    private void Find(List<long> open, CancellationToken cancellationToken)
    {
        // What the index passes over by itself lies before the page wherever the others stand.
        var passed = Math.Max(0, query.Offset - open.Count);
        var (seen, next) = (passed, 0);
        if (sql.Match is { } match)
        {
            var rows = Bind(sql.Indexed(after is not null)).Bind(13, match).Bind(11, query.Limit + 1 + open.Count).Bind(12, passed);
            try
            {
                while (_found.Count <= query.Limit && rows.Step())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var place = rows.Int64(0);
                    while (next < open.Count && open[next] > place) Take(open[next++]);
                    Take(place);
                }
            }
            finally
            {
                rows.Reset();
            }
        }

        while (next < open.Count) Take(open[next++]);

        void Take(long place)
        {
            if (seen++ >= query.Offset && _found.Count <= query.Limit) _found.Add(place);
        }
    }

    private ExecutionPage Page()
    {
        var page = new PageOfRows(query);
        var row = statements.Prepared(sql.RowAt);
        foreach (var place in _found)
        {
            try
            {
                if (row.Bind(1, place).Step() && !page.Add(row)) break;
            }
            finally
            {
                row.Reset();
            }
        }

        return page.End(after is null, Count);
    }

    private long Count()
    {
        var open = ListStatements.Scalar(Bind(sql.Total, isTotal: true));
        return sql.Match is { } match ? open + ListStatements.Scalar(Bind(sql.IndexedTotal, isTotal: true).Bind(13, match)) : open;
    }

    private Statement Bind(string text, bool isTotal = false) => ListStatements.Bind(statements.Prepared(text), query, tokens, isTotal ? null : after, isTotal ? null : _below);
}
