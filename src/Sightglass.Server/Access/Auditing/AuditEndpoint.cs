using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Access.Auditing;

/// <summary><c>GET /api/audit</c>: who asked for what, newest first, as a page or whole as CSV or NDJSON.</summary>
internal static class AuditEndpoint
{
    private const int Stretch = 1000;

    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/audit", context => ReadAsync(context, server))
            .Needs(Role.Admin)
            .Describe("readAudit", Tags.Access, "Who asked for what", d => UserEndpoints.OfOrganization(d)
                .Says("Newest first. As CSV and NDJSON it is given whole.")
                .Query("cursor", Constraint.Number(0, long.MaxValue / 2), "next of the page before.")
                .Query("limit", Constraint.Number(1, 1000, 100), "How many entries a page has at most.")
                .Query("format", Constraint.OneOf("json", "csv", "ndjson"), "As what it is given.")
                .Query("by", Constraint.Text(AccessLimits.MaxAuditChars), "A part of who asked.")
                .Query("action", Constraint.Text(AccessLimits.MaxAuditChars), "A part of the method and the route.")
                .Query("target", Constraint.Text(AccessLimits.MaxAuditChars), "A part of the path.")
                .Query("outcome", Constraint.OneOf("done", "refused", "failed").NoDefault(), "What came of it.")
                .Query("code", Constraint.Text(AccessLimits.MaxAuditChars), "The code of the refusal.")
                .Query("from", Constraint.Text(40), "From this moment on: ISO 8601, or milliseconds since 1970.")
                .Query("to", Constraint.Text(40), "Before this moment.")
                .Gives("AuditPage", "A page.")
                .Gives("application/x-ndjson", "AuditEntry", "All entries, one a line.")
                .Gives("text/csv", null, "All entries as a table.")
                .Fails(400, "invalid_query"));

    private static async Task ReadAsync(HttpContext context, ServerContext server)
    {
        var (organization, problem) = await UserEndpoints.OrganizationAsync(context, server).ConfigureAwait(false);
        var (query, wrong) = AuditQuery.Read(context.Request.Query);
        if ((problem ?? wrong) is { } refusal)
        {
            await refusal.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await (query!.Format switch
        {
            "csv" => ExportAsync(context, server, organization, query, "audit.csv", "text/csv; charset=utf-8", AuditText.CsvHead, AuditText.WriteCsv),
            "ndjson" => ExportAsync(context, server, organization, query, "audit.ndjson", "application/x-ndjson", "", AuditText.WriteLine),
            _ => PageAsync(context, server, organization, query),
        }).ConfigureAwait(false);
    }

    private static async Task PageAsync(HttpContext context, ServerContext server, string organization, AuditQuery query)
    {
        var found = new List<AuditEntry>();
        var cursor = query.Cursor;
        var scanned = 0;
        do
        {
            var (entries, next) = await server.Access.Audit.ReadAsync(organization, cursor, Stretch, context.RequestAborted).ConfigureAwait(false);
            scanned += Stretch;
            cursor = next;
            foreach (var entry in entries)
            {
                if (!query.Fits(entry)) continue;
                found.Add(entry);
                if (found.Count < query.Limit) continue;
                cursor = entry.Number;
                break;
            }
        }
        while (found.Count < query.Limit && cursor is not null && scanned < AccessLimits.MaxAuditScan);
        await JsonAnswer.WriteAsync(context, (found, cursor), static (writer, page) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("entries"u8);
            foreach (var entry in page.found) AuditText.Write(writer, entry);
            writer.WriteEndArray();
            writer.WriteString("next"u8, page.cursor?.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    // Sent while it is read: the log may be long, and is wanted whole.
    private static async Task ExportAsync(HttpContext context, ServerContext server, string organization, AuditQuery query, string fileName, string type, string head, Action<IBufferWriter<byte>, AuditEntry> write)
    {
        SecurityHeaders.MakeDownload(context.Response, fileName);
        context.Response.ContentType = type;
        var output = context.Response.BodyWriter;
        output.Write(Encoding.UTF8.GetBytes(head));
        var cursor = query.Cursor;
        do
        {
            (var entries, cursor) = await server.Access.Audit.ReadAsync(organization, cursor, Stretch, context.RequestAborted).ConfigureAwait(false);
            foreach (var entry in entries.Where(query.Fits)) write(output, entry);
            await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
        while (cursor is not null);
    }
}
