using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Auditing;

/// <summary>Notes each request that asks for a change: who, when, from where, what, and what came of it.</summary>
internal static class RequestAudit
{
    private const string Done = "done";
    private const string Refused = "refused";
    private const string Failed = "failed";

    /// <summary>Handles a request and notes it: before the first byte of the answer, so that whatever a caller knows to be done is in
    /// the log.</summary>
    public static async Task RunAsync(HttpContext context, RouteEndpoint endpoint, ServerContext server, Func<Task> handle)
    {
        if (IsRead(context.Request) || endpoint.Metadata.GetMetadata<UnauditedRoute>() is not null)
        {
            await handle().ConfigureAwait(false);
            return;
        }

        Task? noted = null;
        context.Response.OnStarting(NoteOnceAsync);
        try
        {
            await handle().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await (noted ??= NoteAsync(context, endpoint, server, Failed, e is Core.Ports.StoreUnavailableException store ? store.Code : "internal_error")).ConfigureAwait(false);
            throw;
        }

        // An answer that has no body, or nobody to take it, has not begun.
        await NoteOnceAsync().ConfigureAwait(false);

        Task NoteOnceAsync() => noted ??= NoteAsync(context, endpoint, server, OutcomeOf(context.Response.StatusCode), context.Features.Get<ApiProblem>()?.Code);
    }

    /// <summary>Notes a command that did not come as a request of its own, such as one of a WebSocket.</summary>
    /// <param name="context">The connection.</param>
    /// <param name="server">The server.</param>
    /// <param name="action">What was asked for.</param>
    /// <param name="target">Of what.</param>
    /// <param name="refusal">The code of the refusal; <see langword="null"/> where it was done.</param>
    public static Task NoteAsync(HttpContext context, ServerContext server, string action, string target, string? refusal) =>
        NoteAsync(context, server, action, target, refusal is null ? Done : Refused, refusal);

    private static Task NoteAsync(HttpContext context, RouteEndpoint endpoint, ServerContext server, string outcome, string? code) =>
        NoteAsync(context, server, context.Request.Method + " " + endpoint.RoutePattern.RawText, context.Request.Path.Value ?? "", outcome, code);

    private static Task NoteAsync(HttpContext context, ServerContext server, string action, string target, string outcome, string? code)
    {
        // A stranger who knocks is no entry: anybody could fill the log. A login that is held off is none either, for the same reason.
        var who = context.Features.Get<AuditSubject>() ?? (context.FindCaller() is { } caller ? new AuditSubject(caller.Organization, caller.By, caller.Kind.ToString().ToLowerInvariant()) : null);
        return who is null || code == "too_many_logins"
            ? Task.CompletedTask
            : server.Access.Audit.AddAsync(new AuditEntry
            {
                Time = server.Time.GetUtcNow(),
                Organization = who.Organization,
                By = who.By,
                Kind = who.Kind,
                From = RequestAddress.Of(context),
                Action = action,
                Target = target,
                Outcome = outcome,
                Code = code,
            });
    }

    private static string OutcomeOf(int status) => status switch
    {
        < 400 => Done,
        < 500 => Refused,
        _ => Failed,
    };

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
}
