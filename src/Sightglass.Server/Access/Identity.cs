using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Sessions;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access;

/// <summary>Finds out who asks: by the socket, a token, a session, or by where they sit.</summary>
internal sealed class Identity(AccessServices access)
{
    /// <summary>The header in which a page proves that it can read this server's answers.</summary>
    public const string CsrfHeader = "X-Sightglass-Csrf";

    private const string Bearer = "Bearer ";

    private static readonly ApiProblem WrongToken = new ApiProblem(401, "token_invalid", "The token is unknown, revoked, or has expired.");
    private static readonly ApiProblem WrongScheme = new ApiProblem(401, "token_invalid", "Send one header 'Authorization: Bearer sg_…' with a token of this server.");
    private static readonly ApiProblem NoCsrf = new ApiProblem(403, "csrf_missing", $"A request that changes something needs an Origin header, as browsers send it, or {CsrfHeader} with the value from GET /api/session.");

    /// <summary>Finds who asks.</summary>
    /// <returns>The caller, <see langword="null"/> for nobody; or why the request is refused.</returns>
    public async ValueTask<(Caller? Caller, ApiProblem? Problem)> FindAsync(HttpContext context)
    {
        if (LocalConnection.Is(context)) return (Caller.Socket, null);
        if (context.Request.Headers.Authorization is { Count: > 0 } authorization)
        {
            if (authorization is not [{ } text] || !text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return (null, WrongScheme);
            return await OfTokenAsync(text[Bearer.Length..].Trim(), context.RequestAborted).ConfigureAwait(false) is { } caller ? (caller, null) : (null, WrongToken);
        }

        if (SessionCookie.Read(context) is { } cookie && await access.Sessions.FindAsync(cookie, context.RequestAborted).ConfigureAwait(false) is var (session, version)
            && await OfSessionAsync(session, context.RequestAborted).ConfigureAwait(false) is { } known)
        {
            if (!IsProven(context.Request, session)) return (null, NoCsrf);
            if (!context.WebSockets.IsWebSocketRequest && await access.Sessions.RotateAsync(cookie, session, version).ConfigureAwait(false) is { } next) SessionCookie.Write(context, next);
            context.Features.Set(session);
            return (known, null);
        }

        return (access.AsksForLogin ? null : Caller.Local, null);
    }

    /// <summary>Finds who a caller is by now; <see langword="null"/> for nobody any more.</summary>
    public async ValueTask<Caller?> FindAgainAsync(Credential credential)
    {
        if (credential.Token is { } token) return await OfTokenAsync(token, CancellationToken.None).ConfigureAwait(false);
        if (credential.Session is { } session) return access.Sessions.HasEnded(session) ? null : await OfSessionAsync(session, CancellationToken.None).ConfigureAwait(false);
        return access.AsksForLogin ? null : Caller.Local;
    }

    /// <summary>Tells whether a caller may still do all that was allowed before.</summary>
    public static bool IsStill(Caller? now, Caller before) =>
        now is not null && now.Organization == before.Organization && now.Role >= before.Role && before.Grants.All(g => now.RoleOn(g.Key) >= g.Value);

    private async ValueTask<Caller?> OfTokenAsync(string text, CancellationToken cancellationToken)
    {
        if (access.Options.StartToken is { } start && Secrets.AreSame(start, text)) return Caller.Local;
        if (await access.Tokens.FindAsync(text, cancellationToken).ConfigureAwait(false) is not { } token) return null;
        var name = token.Account ?? Caller.Local.Name;
        var owner = token.Account is null
            ? Caller.Local with { Organization = token.Organization }
            : await AccountAsync(token.Organization, token.Account, token.AccountId, cancellationToken).ConfigureAwait(false) is { } account ? Caller.Of(account) : null;
        return owner?.Through(token, $"{name} (token {token.Name})");
    }

    private async ValueTask<Caller?> OfSessionAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Account is null) return access.Options.StartToken is { } start && session.Stamp == Secrets.HashOf(start) ? Caller.Local : null;
        return await AccountAsync(session.Organization, session.Account, session.AccountId, cancellationToken).ConfigureAwait(false) is { } account && session.Stamp == account.Stamp.ToString()
            ? Caller.Of(account)
            : null;
    }

    private async ValueTask<Account?> AccountAsync(string organization, string name, Guid id, CancellationToken cancellationToken) =>
        await access.Accounts.FindAsync(organization, name, cancellationToken).ConfigureAwait(false) is { IsDisabled: false } account && account.Id == id ? account : null;

    // The guard has refused every Origin but this server's own; a browser names it with all that changes something.
    private static bool IsProven(HttpRequest request, Session session) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.ContainsKey(HeaderNames.Origin)
        || (request.Headers[CsrfHeader] is [{ } shown] && Secrets.AreSame(shown, session.Csrf));
}
