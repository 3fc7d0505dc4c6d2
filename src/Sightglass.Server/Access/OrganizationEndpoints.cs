using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Access;

/// <summary><c>/api/organizations</c>: one's own; admins of <c>default</c> see all and make new ones.</summary>
internal static class OrganizationEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/organizations", context => ListAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listOrganizations", Tags.Access, "The organisations that one may see", d => d.Gives("Organizations", "One's own; for admins of default all."));
        routes.MapPost("/api/organizations", context => AddAsync(context, server))
            .Needs(Role.Admin)
            .Describe("addOrganization", Tags.Access, "Make an organisation", d => d
                .Says("For admins of the organisation default. Its pipelines lie in the folder @NAME of the pipelines folder.")
                .Body("NewOrganization")
                .Gives("Organization", "The organisation.")
                .Fails(400, "invalid_request")
                .Fails(409, "organization_exists", "too_many_organizations"));
    }

    private static async Task ListAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        var all = await server.Access.Accounts.ListOrganizationsAsync(context.RequestAborted).ConfigureAwait(false);
        var seesAll = caller.Organization == Caller.DefaultOrganization && caller.Role == Role.Admin;
        await JsonAnswer.WriteAsync(context, all.Where(o => seesAll || o.Name == caller.Organization), static (writer, organizations) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("organizations"u8);
            foreach (var organization in organizations) Write(writer, organization);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task AddAsync(HttpContext context, ServerContext server)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var fields = new BodyFields(body, problem);
        var name = fields.Text("name", AccessLimits.MaxOrganizationName, isRequired: true);
        if (name is not null && AccountRules.CheckOrganization(name) is { } wrong) fields.Reject("name", wrong);
        problem = context.Caller().Organization == Caller.DefaultOrganization ? fields.Problem : new ApiProblem(403, "forbidden", "Only an admin of the organisation 'default' makes organisations.");
        var organization = new Organization(name ?? "", server.Time.GetUtcNow(), context.Caller().By);
        problem ??= await server.Access.Accounts.AddOrganizationAsync(organization, context.RequestAborted).ConfigureAwait(false);
        if (problem is not null) await problem.WriteAsync(context).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, organization, Write).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, Organization organization)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, organization.Name);
        writer.WriteNumber("createdAt"u8, organization.CreatedAt.ToUnixTimeMilliseconds());
        writer.WriteString("createdBy"u8, organization.CreatedBy);
        writer.WriteEndObject();
    }
}
