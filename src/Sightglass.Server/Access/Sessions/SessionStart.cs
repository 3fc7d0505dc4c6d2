using Microsoft.AspNetCore.Http;
using Sightglass.Server.Access.Accounts;

namespace Sightglass.Server.Access.Sessions;

/// <summary>Begins the session of a login, however somebody logged in.</summary>
internal static class SessionStart
{
    /// <summary>Gives the session of an account.</summary>
    public static Func<DateTimeOffset, Session> Of(Account account) =>
        now => New(now) with { Organization = account.Organization, Account = account.Name, AccountId = account.Id, Stamp = account.Stamp.ToString() };

    /// <summary>Gives the session of whoever showed the start token.</summary>
    public static Func<DateTimeOffset, Session> OfStartToken(string token) => now => New(now) with { Stamp = Secrets.HashOf(token) };

    /// <summary>Begins a session and gives the browser its cookie.</summary>
    public static async Task<Session> BeginAsync(HttpContext context, ServerContext server, Func<DateTimeOffset, Session> make)
    {
        // Whatever session there was ends: what somebody may have put there before the login is worth nothing after it.
        await EndAsync(context, server).ConfigureAwait(false);
        var (cookie, session) = await server.Access.Sessions.CreateAsync(make).ConfigureAwait(false);
        SessionCookie.Write(context, cookie);
        return session;
    }

    /// <summary>Ends the session of a request, where it has one.</summary>
    public static async Task EndAsync(HttpContext context, ServerContext server)
    {
        if (SessionCookie.Read(context) is { } cookie && context.Features.Get<Session>() is { } session) await server.Access.Sessions.EndAsync(cookie, session).ConfigureAwait(false);
    }

    private static Session New(DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), Organization = Caller.DefaultOrganization, Stamp = "", Csrf = Secrets.Create(), CreatedAt = now, IssuedAt = now };
}
