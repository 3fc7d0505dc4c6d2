using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Oidc;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Access.Accounts;

/// <summary><c>/api/users</c>: the accounts of an organisation, for its admins. Admins of <c>default</c> name another one with
/// <c>?organization=</c>.</summary>
internal static class UserEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/users", context => ListAsync(context, server))
            .Needs(Role.Admin)
            .Describe("listUsers", Tags.Access, "The accounts of an organisation", d => Pages(OfOrganization(d)).Gives("Users", "A page."));
        routes.MapPost("/api/users", context => AddAsync(context, server))
            .Needs(Role.Admin)
            .Describe("addUser", Tags.Access, "Add an account", d => OfOrganization(d)
                .Says("The first account is an admin of the organisation default; from then on everybody has to log in.")
                .Body("NewUser")
                .Gives("User", "The account.")
                .Fails(400, "invalid_request")
                .Fails(409, "account_exists", "first_account", "too_many_accounts"));
        routes.MapGet("/api/users/{name}", context => OneAsync(context, server))
            .Needs(Role.Admin)
            .Describe("getUser", Tags.Access, "One account", d => Named(d).Gives("User", "The account."));
        routes.MapPatch("/api/users/{name}", context => ChangeAsync(context, server))
            .Needs(Role.Admin)
            .Describe("changeUser", Tags.Access, "Change an account", d => Named(d)
                .Says("A new password ends the sessions of the account, disabling it its tokens too.")
                .Body("UserChange")
                .Gives("User", "The account as it is now.")
                .Fails(400, "invalid_request")
                .Fails(409, "last_admin"));
        routes.MapDelete("/api/users/{name}", context => RemoveAsync(context, server))
            .Needs(Role.Admin)
            .Describe("removeUser", Tags.Access, "Remove an account", d => Named(d).Gives("RemovedUser", "It is gone.").Fails(409, "last_admin"));
    }

    /// <summary>Describes that a route is about an organisation.</summary>
    public static RouteDescription OfOrganization(RouteDescription d) => d
        .Query("organization", Constraint.Text(AccessLimits.MaxOrganizationName), "The organisation, for admins of default; one's own where it is left out.")
        .Fails(404, "organization_not_found");

    /// <summary>Describes that a route gives pages by name.</summary>
    public static RouteDescription Pages(RouteDescription d) => d
        .Query("limit", Constraint.Number(1, 1000, 100), "How many a page has.")
        .Query("after", Constraint.Text(200), "next of the page before.")
        .Fails(400, "invalid_query");

    private static RouteDescription Named(RouteDescription d) => OfOrganization(d).Path("name", "The name of the account.").Fails(404, "account_not_found");

    /// <summary>Gives the organisation that a request of an admin is about.</summary>
    public static async Task<(string Name, ApiProblem? Problem)> OrganizationAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        var asked = context.Request.Query["organization"].ToString();
        if (asked.Length == 0 || asked == caller.Organization) return (caller.Organization, null);
        return caller.Organization == Caller.DefaultOrganization && await server.Access.Accounts.HasOrganizationAsync(asked, context.RequestAborted).ConfigureAwait(false)
            ? (asked, null)
            : (asked, AccountStore.UnknownOrganization(asked));
    }

    /// <summary>Reads the <c>limit</c> and <c>after</c> of a list by name.</summary>
    public static ApiProblem? ReadPage(HttpContext context, out int limit, out string? after)
    {
        limit = 100;
        after = context.Request.Query["after"].ToString() is { Length: > 0 } given ? given : null;
        if (context.Request.Query["limit"].ToString() is { Length: > 0 } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1000))
            return ApiProblem.BadRequest("invalid_query", "limit is a number from 1 to 1000.");
        return after?.Length > 200 || after?.Any(c => char.IsControl(c) || char.IsSurrogate(c)) == true ? ApiProblem.BadRequest("invalid_query", "after is 'next' of the page before.") : null;
    }

    private static async Task ListAsync(HttpContext context, ServerContext server)
    {
        var (organization, problem) = await OrganizationAsync(context, server).ConfigureAwait(false);
        problem ??= ReadPage(context, out _, out _);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        ReadPage(context, out var limit, out var after);
        var page = await server.Access.Accounts.ListAsync(organization, after, limit, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, page, static (writer, page) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("users"u8);
            foreach (var account in page.Accounts) UserJson.Write(writer, account);
            writer.WriteEndArray();
            writer.WriteString("next"u8, page.Next);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task OneAsync(HttpContext context, ServerContext server)
    {
        var (organization, problem) = await OrganizationAsync(context, server).ConfigureAwait(false);
        var name = (string)context.GetRouteValue("name")!;
        var account = problem is null ? await server.Access.Accounts.FindAsync(organization, name, context.RequestAborted).ConfigureAwait(false) : null;
        await AnswerAsync(context, account, problem ?? (account is null ? AccountStore.Unknown(name) : null)).ConfigureAwait(false);
    }

    private static async Task AddAsync(HttpContext context, ServerContext server)
    {
        var (organization, problem) = await OrganizationAsync(context, server).ConfigureAwait(false);
        var (body, unreadable) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var fields = new BodyFields(body, unreadable);
        var name = fields.Text("name", AccessLimits.MaxAccountName, isRequired: true);
        var subject = fields.Text("subject", OidcLimits.MaxSubject);
        var password = fields.Text("password", AccessLimits.MaxPasswordChars, isRequired: subject is null);
        if (subject is not null && server.Access.Oidc is null) fields.Reject("subject", "This server knows no OpenID provider that could vouch for a subject; give a 'password'.");
        if (subject is "") fields.Reject("subject", "'subject' is empty; it is what the OpenID provider calls the person for ever (sub).");
        var role = fields.Role("role") ?? Role.None;
        var grants = fields.Grants("grants");
        if (name is not null && AccountRules.CheckName(name) is { } wrongName) fields.Reject("name", wrongName);
        if (password is not null && AccountRules.CheckPassword(password, name ?? "") is { } wrongPassword) fields.Reject("password", wrongPassword);
        problem ??= fields.Problem;
        Account? account = null;
        if (problem is null)
        {
            var now = server.Time.GetUtcNow();
            account = new Account
            {
                Id = Guid.CreateVersion7(now),
                Organization = organization,
                Name = name!,
                Role = role,
                Grants = grants,
                Password = password is null ? null : await server.Access.Logins.HashAsync(password, context.RequestAborted).ConfigureAwait(false),
                Identity = subject is null ? null : VouchedPerson.IdentityOf(server.Access.Oidc!.Options, subject),
                Stamp = Guid.CreateVersion7(now),
                CreatedAt = now,
                CreatedBy = context.Caller().By,
            };
            problem = await server.Access.Accounts.AddAsync(account, context.RequestAborted).ConfigureAwait(false);
        }

        await AnswerAsync(context, account, problem).ConfigureAwait(false);
    }

    private static async Task ChangeAsync(HttpContext context, ServerContext server)
    {
        var (organization, problem) = await OrganizationAsync(context, server).ConfigureAwait(false);
        var (body, unreadable) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var name = (string)context.GetRouteValue("name")!;
        var fields = new BodyFields(body, unreadable);
        var role = fields.Role("role");
        var grants = fields.Grants("grants");
        var isDisabled = fields.Flag("disabled");
        var password = fields.Text("password", AccessLimits.MaxPasswordChars);
        if (password is not null && AccountRules.CheckPassword(password, name) is { } wrong) fields.Reject("password", wrong);
        problem ??= fields.Problem;
        Account? account = null;
        if (problem is null)
        {
            var hash = password is null ? null : await server.Access.Logins.HashAsync(password, context.RequestAborted).ConfigureAwait(false);
            var stamp = Guid.CreateVersion7(server.Time.GetUtcNow());
            (account, problem) = await server.Access.Accounts.ChangeAsync(
                organization,
                name,
                a => a with
                {
                    Role = role ?? a.Role,
                    Grants = grants ?? a.Grants,
                    IsDisabled = isDisabled ?? a.IsDisabled,
                    Password = hash ?? a.Password,
                    Stamp = hash is not null || isDisabled == true ? stamp : a.Stamp,
                },
                context.RequestAborted).ConfigureAwait(false);
        }

        await AnswerAsync(context, account, problem).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(HttpContext context, ServerContext server)
    {
        var (organization, problem) = await OrganizationAsync(context, server).ConfigureAwait(false);
        var name = (string)context.GetRouteValue("name")!;
        problem ??= await server.Access.Accounts.RemoveAsync(organization, name, context.RequestAborted).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await JsonAnswer.WriteAsync(context, name, static (writer, name) =>
        {
            writer.WriteStartObject();
            writer.WriteString("removed"u8, name);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext context, Account? account, ApiProblem? problem) =>
        problem is not null ? problem.WriteAsync(context) : JsonAnswer.WriteAsync(context, account!, UserJson.Write);
}
