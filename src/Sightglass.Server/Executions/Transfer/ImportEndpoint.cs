using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions.Transfer;

/// <summary><c>POST /api/executions/import</c>: a dump becomes an execution that can be read and never runs.</summary>
internal static class ImportEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        var turn = routes.ServiceProvider.GetRequiredService<ImportTurn>();
        routes.MapPost("/api/executions/import", context => ImportAsync(context, server, turn))
            .Needs(Role.Author)
            .Describe("importExecution", Tags.Executions, "Take in an exported execution", d => d
                .Says("The dump of an ended execution, from this or another Sightglass. It keeps its id, belongs to your organisation, carries the label imported-by, and is only read: no command reaches it and nobody is told of its results.")
                .Body("application/zip", null)
                .Gives("ImportedExecution", "It is there.", 201)
                .Fails(400, "invalid_dump")
                .Fails(409, "execution_exists")
                .Fails(410, "execution_deleted")
                .Fails(413, "import_too_large")
                .Fails(429, "import_busy"));
    }

    private static async Task ImportAsync(HttpContext context, ServerContext server, ImportTurn turn)
    {
        // One at a time: each holds what it unpacks in memory.
        using var taken = turn.TryTake();
        var problem = taken is null ? new ApiProblem(429, "import_busy", "Another import is under way; try again when it is done.") : null;
        Append? append = null;
        if (problem is null) (append, problem) = await ReadAsync(context, server).ConfigureAwait(false);
        if (problem is null) problem = await StoreAsync(server, append!, context.RequestAborted).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = 201;
        context.Response.Headers.Location = $"/api/executions/{append!.ExecutionId}";
        await JsonAnswer.WriteAsync(context, append, static (writer, append) =>
        {
            writer.WriteStartObject();
            writer.WriteString("executionId"u8, append.ExecutionId);
            writer.WriteString("pipelineId"u8, append.Summary!.PipelineId);
            writer.WriteString("status"u8, append.Summary.Status.ToWire());
            writer.WriteNumber("events"u8, append.Blocks[^1].FirstSeq + append.Blocks[^1].Count - 1);
            writer.WriteNumber("values"u8, append.Values.Count);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task<(Append? Append, ApiProblem? Problem)> ReadAsync(HttpContext context, ServerContext server)
    {
        var body = await JsonBody.ReadBytesAsync(context, server.Options.MaxImportBytes).ConfigureAwait(false);
        using var zip = new MemoryStream(body.ToArray(), writable: false);
        var reader = new DumpReader();
        if (await reader.ReadAsync(zip, context.RequestAborted).ConfigureAwait(false) is { } refused) return (null, new ApiProblem(refused.Code == "import_too_large" ? 413 : 400, refused.Code, refused.Detail));
        var (append, wrong) = ForeignLog.Read(reader.Events, reader.Values, context.Caller().Organization, context.Caller().By);
        return wrong is null ? (append, null) : (null, new ApiProblem(400, "invalid_dump", $"The log of the dump cannot be taken in: {wrong.TrimEnd('.')}."));
    }

    private static async Task<ApiProblem?> StoreAsync(ServerContext server, Append append, CancellationToken cancellationToken)
    {
        if (server.Upkeep is { } upkeep && await upkeep.FindTombstoneAsync(append.ExecutionId, cancellationToken).ConfigureAwait(false) is { } tombstone) return ApiProblem.Deleted(tombstone);
        var outcome = await server.Engine.Store.AppendAsync(append, cancellationToken).ConfigureAwait(false);
        return outcome.Status == AppendStatus.Appended ? null : new ApiProblem(409, "execution_exists", "There is an execution of this id already.");
    }
}
