using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Access.Tokens;

/// <summary><c>/api/tokens</c>: one's own; admins see and revoke all of the organisation. A token is shown once, when it is made.</summary>
internal static class TokenEndpoints
{
    private static readonly ApiProblem NotFound = new ApiProblem(404, "token_not_found", "There is no such token.");
    private static readonly ApiProblem NotByToken = new ApiProblem(403, "token_not_allowed", "A token makes no tokens, so that revoking it is the end of it; log in, or use the command line on the server's machine.");

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/tokens", context => ListAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listTokens", Tags.Access, "The caller's API tokens", d => UserEndpoints.Pages(d).Gives("Tokens", "A page; an admin sees all of the organisation."));
        routes.MapPost("/api/tokens", context => AddAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("makeToken", Tags.Access, "Make an API token", d => d
                .Says("It may do no more than its owner may at the time it is used, is shown in this answer alone, and is kept as a hash.")
                .Body("NewToken")
                .Gives("MadeToken", "The token, shown once.")
                .Fails(400, "invalid_request")
                .Fails(403, "token_not_allowed")
                .Fails(404, "account_not_found")
                .Fails(409, "too_many_tokens"));
        routes.MapDelete("/api/tokens/{id}", context => RevokeAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("revokeToken", Tags.Access, "Revoke an API token", d => d.Path("id", "Id of the token.").Gives("RevokedToken", "It is done.").Fails(404, "token_not_found"));
    }

    private static async Task ListAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        if (UserEndpoints.ReadPage(context, out var limit, out var after) is { } problem)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var page = await server.Access.Tokens.ListAsync(caller.Organization, after, limit, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, (Tokens: page.Tokens.Where(t => IsTheirs(caller, t)), page.Next), static (writer, page) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("tokens"u8);
            foreach (var token in page.Tokens) Write(writer, token, null);
            writer.WriteEndArray();
            writer.WriteString("next"u8, page.Next);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task AddAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var fields = new BodyFields(body, problem);
        var name = fields.Text("name", AccessLimits.MaxTokenName, isRequired: true);
        var role = fields.Role("role") ?? Role.Viewer;
        var pipelines = fields.Texts("pipelines", AccessLimits.MaxGrants);
        var days = fields.Number("days", 1, AccessLimits.MaxTokenDays) ?? AccessLimits.DefaultTokenDays;
        if (name is not null && (name.Trim().Length == 0 || name.Any(c => char.IsControl(c) || c is '(' or ')'))) fields.Reject("name", "'name' has to be a text without control characters and parentheses.");
        if (role == Role.None) fields.Reject("role", "A token that may do nothing is of no use; name a role.");
        problem = fields.Problem ?? (caller.Kind == CallerKind.Token ? NotByToken : null);
        if (problem is null && (pipelines is null ? role > caller.Role && role > caller.Grants.Values.Append(Role.None).Max() : pipelines.FirstOrDefault(p => role > caller.RoleOn(p)) is not null))
            problem = new ApiProblem(403, "forbidden", $"A token may do no more than you may yourself; the role {role.ToWire()} is more.");
        var text = Secrets.Create();
        ApiToken? token = null;
        if (problem is null)
        {
            var now = server.Time.GetUtcNow();
            var account = caller.IsOwner ? null : await server.Access.Accounts.FindAsync(caller.Organization, caller.Name, context.RequestAborted).ConfigureAwait(false);
            token = new ApiToken
            {
                Id = Guid.CreateVersion7(now).ToString("N"),
                Organization = caller.Organization,
                Name = name!.Trim(),
                Account = account?.Name,
                AccountId = account?.Id ?? default,
                Role = role,
                Pipelines = pipelines,
                Hash = Secrets.HashOf(text),
                CreatedAt = now,
                ExpiresAt = now.AddDays(days),
            };
            problem = caller.IsOwner || account is not null ? await server.Access.Tokens.AddAsync(token, context.RequestAborted).ConfigureAwait(false) : AccountStore.Unknown(caller.Name);
        }

        if (problem is not null) await problem.WriteAsync(context).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, (token!, text), static (writer, made) => Write(writer, made.Item1, made.text)).ConfigureAwait(false);
    }

    private static async Task RevokeAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        var token = await server.Access.Tokens.GetAsync(caller.Organization, (string)context.GetRouteValue("id")!, context.RequestAborted).ConfigureAwait(false);
        if (token is null || !IsTheirs(caller, token))
        {
            await NotFound.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await server.Access.Tokens.RevokeAsync(token).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, token.Id, static (writer, id) =>
        {
            writer.WriteStartObject();
            writer.WriteString("revoked"u8, id);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static bool IsTheirs(Caller caller, ApiToken token) => caller.Role == Role.Admin || (token.Account is not null && token.Account == caller.Name && !caller.IsOwner);

    private static void Write(Utf8JsonWriter writer, ApiToken token, string? text)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, token.Id);
        writer.WriteString("name"u8, token.Name);
        if (text is not null) writer.WriteString("token"u8, text);
        writer.WriteString("account"u8, token.Account);
        writer.WriteString("organization"u8, token.Organization);
        writer.WriteString("role"u8, token.Role.ToWire());
        if (token.Pipelines is { } pipelines)
        {
            writer.WriteStartArray("pipelines"u8);
            foreach (var pipeline in pipelines) writer.WriteStringValue(pipeline);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNull("pipelines"u8);
        }

        writer.WriteNumber("createdAt"u8, token.CreatedAt.ToUnixTimeMilliseconds());
        writer.WriteNumber("expiresAt"u8, token.ExpiresAt.ToUnixTimeMilliseconds());
        if (token.LastUsedAt is { } last) writer.WriteNumber("lastUsedAt"u8, last.ToUnixTimeMilliseconds());
        else writer.WriteNull("lastUsedAt"u8);
        writer.WriteEndObject();
    }
}
