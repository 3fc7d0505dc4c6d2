using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>Reads records on the connection of a <see cref="LogReader"/>.</summary>
internal sealed class RecordReader(Connection connection, TimeProvider time)
{
    private const string Select = "SELECT key, version, bytes, expires FROM records WHERE organization = ?1 AND collection = ?2 AND (expires IS NULL OR expires > ?4)";

    private readonly Statement _one = connection.Prepare(Select + " AND key = ?3");

    // Text is stored and compared as UTF-8, byte by byte: the order of RecordKey.Compare.
    private readonly Statement _range = connection.Prepare(Select + " AND key >= ?3 ORDER BY key");

    public StoredRecord? Get(RecordKey key)
    {
        if (!Bind(_one, key).Step()) return null;
        var record = Read(_one, key.Organization, key.Collection);
        _one.Reset();
        return record;
    }

    public RecordPage List(RecordQuery query, CancellationToken cancellationToken)
    {
        var after = query.After ?? "";
        var start = RecordKey.Compare(after, query.Prefix) > 0 ? after : query.Prefix;
        var items = new List<StoredRecord>();
        var bytes = 0L;
        var rows = Bind(_range, new RecordKey(query.Organization, query.Collection, start));
        try
        {
            while (rows.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var key = rows.Text(0);
                if (!key.StartsWith(query.Prefix, StringComparison.Ordinal)) break;
                if (key == after) continue;
                if (items.Count == query.Limit || bytes >= RecordQuery.PageBytes) return new RecordPage(items, items[^1].Key.Key);
                items.Add(Read(rows, query.Organization, query.Collection));
                bytes += items[^1].Bytes.Length;
            }
        }
        finally
        {
            rows.Reset();
        }

        return new RecordPage(items, null);
    }

    private Statement Bind(Statement statement, RecordKey key) => statement
        .Bind(1, key.Organization).Bind(2, key.Collection).Bind(3, key.Key).Bind(4, SummaryRow.Microseconds(time.GetUtcNow()));

    private static StoredRecord Read(Statement row, string organization, string collection) => new(
        new RecordKey(organization, collection, row.Text(0)), row.Int64(1), row.Blob(2).ToArray(), row.IsNull(3) ? null : SummaryRow.Moment(row.Int64(3)));
}
