using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Auditing;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Access.Sessions;

/// <summary><c>/api/session</c>: log in, log out, who am I, and one's own password.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/session", context => AnswerAsync(context, server, context.FindCaller(), context.Features.Get<Session>()))
            .Open()
            .Describe("getSession", Tags.Access, "Who am I", d => d.Gives("Session", "Who asks."));
        routes.MapPost("/api/session", context => LogInAsync(context, server))
            .Open()
            .Describe("logIn", Tags.Access, "Log in", d => d
                .Says("The session is a cookie that no script can read. Failed logins have to wait longer and longer, by account and by address.")
                .Body("LoginRequest")
                .Gives("Session", "Who has logged in.")
                .Fails(400, "invalid_request")
                .Fails(401, "login_failed")
                .Fails(403, "passwords_off")
                .Fails(429, "too_many_logins"));
        routes.MapDelete("/api/session", context => LogOutAsync(context, server))
            .Open()
            .Describe("logOut", Tags.Access, "Log out", d => d
                .Says("Streams that the session has open are cut off shortly after.")
                .Gives("LoggedOut", "It has ended, or there was none."));
        routes.MapPut("/api/session/password", context => ChangePasswordAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("changePassword", Tags.Access, "Change one's own password", d => d
                .Says("All sessions of the account end, this one too.")
                .Body("PasswordRequest")
                .Gives("LoggedOut", "Log in anew.")
                .Fails(400, "invalid_request")
                .Fails(401, "login_failed")
                .Fails(403, "session_only")
                .Fails(404, "account_not_found")
                .Fails(429, "too_many_logins"));
    }

    private static async Task LogInAsync(HttpContext context, ServerContext server)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var fields = new BodyFields(body, problem);
        var token = fields.Text("token", Secrets.Length * 4);
        var name = fields.Text("name", AccessLimits.MaxAccountName);
        var password = fields.Text("password", AccessLimits.MaxPasswordChars);
        var organization = fields.Text("organization", AccessLimits.MaxOrganizationName) ?? Caller.DefaultOrganization;
        if (fields.Problem is null && token is null && (name is null || password is null)) fields.Reject("name", "Log in with 'name' and 'password', or with the 'token' that the server wrote at its start.");
        if (fields.Problem is { } refused)
        {
            await refused.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        (var caller, var made, problem) = token is not null
            ? OfStartToken(context, server, token)
            : await OfAccountAsync(context, server, organization, name!.ToLowerInvariant(), password!).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var session = await SessionStart.BeginAsync(context, server, made!).ConfigureAwait(false);
        await AnswerAsync(context, server, caller, session).ConfigureAwait(false);
    }

    private static (Caller?, Func<DateTimeOffset, Session>?, ApiProblem?) OfStartToken(HttpContext context, ServerContext server, string token)
    {
        if (server.Access.Options.StartToken is not { } start || !Secrets.AreSame(start, token))
            return (null, null, new ApiProblem(401, "login_failed", "This is not the token that the server wrote at its start."));
        context.Features.Set(new AuditSubject(Caller.DefaultOrganization, Caller.Local.By, "session"));
        return (Caller.Local, SessionStart.OfStartToken(start), null);
    }

    private static async Task<(Caller?, Func<DateTimeOffset, Session>?, ApiProblem?)> OfAccountAsync(HttpContext context, ServerContext server, string organization, string name, string password)
    {
        if (server.Access.Oidc is { Options: { IsOnly: true } options }) return (null, null, new ApiProblem(403, "passwords_off", $"Passwords open nothing here; log in by {options.DisplayName}."));
        var (account, problem) = await server.Access.Logins.CheckAsync(organization, name, password, RequestAddress.PlaceOf(context), context.RequestAborted).ConfigureAwait(false);

        // An organisation that does not exist has no log to write to.
        var known = await server.Access.Accounts.HasOrganizationAsync(organization, context.RequestAborted).ConfigureAwait(false) ? organization : Caller.DefaultOrganization;
        context.Features.Set(new AuditSubject(known, name, account is null ? "anonymous" : "session"));
        return account is null
            ? (null, null, problem)
            : (Caller.Of(account), SessionStart.Of(account), null);
    }

    private static async Task LogOutAsync(HttpContext context, ServerContext server)
    {
        await SessionStart.EndAsync(context, server).ConfigureAwait(false);
        SessionCookie.Delete(context);
        await JsonAnswer.WriteAsync(context, true, static (writer, _) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("loggedOut"u8, true);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task ChangePasswordAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var fields = new BodyFields(body, problem);
        var current = fields.Text("current", AccessLimits.MaxPasswordChars, isRequired: true);
        var wanted = fields.Text("password", AccessLimits.MaxPasswordChars, isRequired: true);
        if (fields.Problem is null && AccountRules.CheckPassword(wanted, caller.Name) is { } wrong) fields.Reject("password", wrong);
        problem = fields.Problem;
        if (problem is null && caller.Kind != CallerKind.Session) problem = new ApiProblem(403, "session_only", "Only whoever has logged in has a password to change.");
        if (problem is null) (_, problem) = await server.Access.Logins.CheckAsync(caller.Organization, caller.Name, current!, RequestAddress.PlaceOf(context), context.RequestAborted).ConfigureAwait(false);
        if (problem is null)
        {
            var hash = await server.Access.Logins.HashAsync(wanted!, context.RequestAborted).ConfigureAwait(false);
            (_, problem) = await server.Access.Accounts.ChangeAsync(caller.Organization, caller.Name, a => a with { Password = hash, Stamp = Guid.CreateVersion7(server.Time.GetUtcNow()) }, context.RequestAborted).ConfigureAwait(false);
        }

        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // All sessions have ended, this one too: whoever knew the old password is out.
        await LogOutAsync(context, server).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext context, ServerContext server, Caller? caller, Session? session) =>
        JsonAnswer.WriteAsync(context, (server.Access.AsksForLogin, caller, session), static (writer, answer) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("loginRequired"u8, answer.AsksForLogin);
            writer.WritePropertyName("caller"u8);
            if (answer.caller is { } caller) Write(writer, caller);
            else writer.WriteNullValue();
            writer.WriteString("csrf"u8, answer.session?.Csrf);
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, caller.Name);
        writer.WriteString("organization"u8, caller.Organization);
        writer.WriteString("role"u8, caller.Role.ToWire());
        writer.WriteString("kind"u8, caller.Kind.ToString().ToLowerInvariant());
        UserJson.WriteGrants(writer, caller.Grants);
        writer.WriteEndObject();
    }
}
