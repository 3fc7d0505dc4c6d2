using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Auditing;
using Sightglass.Server.Access.Sessions;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Access.Oidc;

/// <summary><c>/api/auth/oidc</c>: to the provider and back. A browser is led on in any case, with the code of what went wrong;
/// who asks for JSON gets the problem.</summary>
internal static class OidcEndpoints
{
    /// <summary>Where a browser begins a login.</summary>
    public const string LoginPath = "/api/auth/oidc/login";

    /// <summary>Where the provider sends it back; the address that is registered there.</summary>
    public const string CallbackPath = "/api/auth/oidc/callback";

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet(LoginPath, context => BeginAsync(context, server))
            .Open()
            .Describe("beginOidcLogin", Tags.Access, "Log in by the OpenID provider", d => Browsers(d)
                .Says("A link for browsers. The provider sends them back to /api/auth/oidc/callback.")
                .Query("next", Constraint.Text(OidcLimits.MaxNext), "The page of this server that is shown afterwards; / where it is none of it."));
        routes.MapGet(CallbackPath, context => ReturnAsync(context, server))
            .Open()
            .Describe("endOidcLogin", Tags.Access, "Come back from the OpenID provider", d => Browsers(d)
                .Says("The session is the same cookie that a login with a password gives. Parameters that are not listed are passed over.")
                .TakesMore()
                .ChecksQuery()
                .Query("code", Constraint.Text(OidcLimits.MaxParameter), "What the provider redeems for an ID token.")
                .Query("state", Constraint.Text(OidcLimits.MaxParameter), "What the login began with.")
                .Query("iss", Constraint.Text(OidcLimits.MaxParameter), "Who sends the browser back.")
                .Query("error", Constraint.Text(OidcLimits.MaxParameter), "Why there is no code.")
                .Query("error_description", Constraint.Text(OidcLimits.MaxParameter), "More about it.")
                .Fails(400, "oidc_state")
                .Fails(403, "oidc_refused", "oidc_token", "oidc_no_account", "oidc_no_role", "oidc_disabled", "oidc_name", "oidc_name_taken", "oidc_organization")
                .Fails(404, "account_not_found", "organization_not_found")
                .Fails(409, "too_many_accounts")
                .Fails(429, "too_many_logins"));
    }

    private static RouteDescription Browsers(RouteDescription d) => d
        .Gives(null, null, "On to the next page; for browsers also where it fails, to /login?error=CODE.", 302)
        .Fails(404, "oidc_missing")
        .Fails(502, "oidc_unavailable");

    private static async Task BeginAsync(HttpContext context, ServerContext server)
    {
        var next = NextPage.Of(context.Request.Query["next"]);
        if (server.Access.Oidc is not { } oidc)
        {
            await FailAsync(context, OidcProblems.Missing, next).ConfigureAwait(false);
            return;
        }

        var (metadata, problem) = await oidc.Provider.DescribeAsync(context.RequestAborted).ConfigureAwait(false);
        if (metadata is null)
        {
            await FailAsync(context, problem!, next).ConfigureAwait(false);
            return;
        }

        var (login, held) = oidc.Logins.Begin($"{context.Request.Scheme}://{context.Request.Host.Value}{CallbackPath}", next);
        OidcCookie.Write(context, held);
        context.Response.Redirect(QueryHelpers.AddQueryString(metadata.Authorization, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = oidc.Options.ClientId,
            ["redirect_uri"] = login.ReturnAddress,
            ["scope"] = string.Join(' ', oidc.Options.Scopes.Prepend("openid").Distinct(StringComparer.Ordinal)),
            ["state"] = login.State,
            ["nonce"] = login.Nonce,
            ["code_challenge"] = OidcLogins.ChallengeOf(login.Verifier),
            ["code_challenge_method"] = "S256",
        }));
    }

    private static async Task ReturnAsync(HttpContext context, ServerContext server)
    {
        if (server.Access.Oidc is not { } oidc)
        {
            await FailAsync(context, OidcProblems.Missing, "/").ConfigureAwait(false);
            return;
        }

        var login = oidc.Logins.Return(OidcCookie.Read(context), context.Request.Query["state"]);
        OidcCookie.Delete(context);
        var (account, problem) = login is null ? (null, OidcProblems.Stale) : await LogInAsync(context, server, oidc, login).ConfigureAwait(false);
        if (context.Features.Get<AuditSubject>() is not null)
            await RequestAudit.NoteAsync(context, server, "GET " + CallbackPath, CallbackPath, problem?.Code).ConfigureAwait(false);
        if (account is null)
        {
            await FailAsync(context, problem!, login?.Next ?? "/").ConfigureAwait(false);
            return;
        }

        await SessionStart.BeginAsync(context, server, SessionStart.Of(account)).ConfigureAwait(false);
        context.Response.Redirect(login!.Next);
    }

    private static async Task<(Account? Account, ApiProblem? Problem)> LogInAsync(HttpContext context, ServerContext server, OidcServices oidc, OidcLogin login)
    {
        var place = RequestAddress.PlaceOf(context);
        if (server.Access.Logins.BeginElsewhere(place) is { } wait) return (null, wait);
        var (person, problem) = await IdentifyAsync(context, oidc, login).ConfigureAwait(false);
        if (person is null) return (null, problem);
        (var account, problem) = await oidc.Accounts.FindAsync(person, context.RequestAborted).ConfigureAwait(false);

        // An organisation that does not exist has no log to write to.
        var organization = problem?.Code == "oidc_organization" ? Caller.DefaultOrganization : person.Organization;
        context.Features.Set(new AuditSubject(organization, account?.Name ?? OidcText.Clean(person.Name ?? "unnamed"), account is null ? "anonymous" : "session"));
        if (account is not null) server.Access.Logins.SucceededElsewhere(place);
        return (account, problem);
    }

    /// <summary>Finds out for whom the provider vouches.</summary>
    private static async Task<(VouchedPerson? Person, ApiProblem? Problem)> IdentifyAsync(HttpContext context, OidcServices oidc, OidcLogin login)
    {
        var query = context.Request.Query;
        var (metadata, problem) = await oidc.Provider.DescribeAsync(context.RequestAborted).ConfigureAwait(false);
        if (metadata is null) return (null, problem);

        // Whoever sends the browser back may be another provider than the one that was asked.
        var issuer = query["iss"].ToString();
        if (issuer.Length == 0 ? metadata.NamesIssuer : issuer != metadata.Issuer) return (null, OidcProblems.Refused("another issuer than the one that was asked sends you back (iss)."));
        if (query["error"].ToString() is { Length: > 0 } error) return (null, OidcProblems.Refused(OidcText.Clean($"{error} {query["error_description"]}".Trim())));
        if (query["code"].ToString() is not { Length: > 0 } code) return (null, OidcProblems.Refused("it gives no code."));
        (var token, problem) = await oidc.Provider.RedeemAsync(metadata, code, login, context.RequestAborted).ConfigureAwait(false);
        if (token is null) return (null, problem);
        (var claims, problem) = await oidc.Tokens.CheckAsync(metadata, token, login, context.RequestAborted).ConfigureAwait(false);
        if (problem is not null) return (null, problem);
        var organization = oidc.Options.OrganizationClaim is { } claim ? OidcClaims.Text(claims, claim) ?? "" : Caller.DefaultOrganization;
        return (new VouchedPerson(organization, VouchedPerson.IdentityOf(oidc.Options, OidcClaims.Text(claims, "sub")!), OidcClaims.Text(claims, oidc.Options.NameClaim), OidcClaims.RoleOf(claims, oidc.Options)), null);
    }

    private static Task FailAsync(HttpContext context, ApiProblem problem, string next)
    {
        if (!context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)) return problem.WriteAsync(context);
        context.Response.Redirect(QueryHelpers.AddQueryString("/login", new Dictionary<string, string?> { ["error"] = problem.Code, ["next"] = next }));
        return Task.CompletedTask;
    }
}
