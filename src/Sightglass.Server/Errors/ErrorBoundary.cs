using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sightglass.Core.Ports;
using Sightglass.Server.Executions;
using Sightglass.Server.Requests;

namespace Sightglass.Server.Errors;

/// <summary>Turns what goes wrong, and answers that say nothing, into problems.</summary>
internal static class ErrorBoundary
{
    public static async Task RunAsync(HttpContext context, RequestDelegate next, ServerContext server)
    {
        ApiProblem? problem;
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response.HasStarted || context.Response.ContentType is not null) return;
            if (context.Response.StatusCode == 405)
            {
                await MethodAnswers.AnswerAsync(context).ConfigureAwait(false);
                return;
            }

            problem = context.Response.StatusCode == 404 ? new ApiProblem(404, "not_found", "There is nothing at this address.") : null;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || server.Stopping.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            problem = e.StatusCode == 413
                ? new ApiProblem(413, "too_large", TooLarge(context))
                : new ApiProblem(e.StatusCode, "bad_request", "The request could not be read: " + e.Message);
        }
        catch (StoreUnavailableException e)
        {
            problem = new ApiProblem(503, e.Code, e.Message);
        }
        catch (Exception e)
        {
            problem = e is InvalidDataException ? await FindDeletedAsync(context, server).ConfigureAwait(false) : null;
            if (problem is null) ServerLog.RequestFailed(server.Logger, context.Request.Method, context.Request.Path, e);
            problem ??= new ApiProblem(500, "internal_error", "The server failed; its log says more.");
        }

        if (problem is null) return;
        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        await problem.WriteAsync(context).ConfigureAwait(false);
    }

    private static string TooLarge(HttpContext context) => context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"The body is too large: it may have {most:N0} bytes at most.")
        : "The body is too large.";

    /// <summary>Says of an execution that was deleted while it was read that it is gone: its log and its values go one after the
    /// other for whoever reads both.</summary>
    private static async Task<ApiProblem?> FindDeletedAsync(HttpContext context, ServerContext server)
    {
        try
        {
            if (!ExecutionEndpoints.TryGetId(context, out var id)) return null;
            var page = await server.Engine.Store.ReadAsync(id, 0, BlockFilter.Decisions, 1, CancellationToken.None).ConfigureAwait(false);
            return page.Last == 0 ? await server.MissingAsync(id, CancellationToken.None).ConfigureAwait(false) : null;
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }
}
