using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.OpenApi;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests.OpenApi;

/// <summary>Every route says what it is, and the document says it to clients.</summary>
public sealed partial class OpenApiTests
{
    private static readonly JsonElement Schemas = ApiContract.Document.GetProperty("components").GetProperty("schemas");

    [Fact]
    public async Task File_says_what_the_server_serves()
    {
        await using var server = await ServerHarness.StartAsync();

        var served = await server.GetAsync("/openapi/v1.json");
        if (RepositoryFiles.IsRewriting) await File.WriteAllTextAsync(ApiContract.File, served.Text, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (served.Status, served.Type));
        Assert.True(
            served.Text == await File.ReadAllTextAsync(ApiContract.File, TestContext.Current.CancellationToken),
            "docs/openapi.json is not what the routes say. Write it anew, and look at what has changed for clients:\n  dotnet run --project src/Sightglass.Cli -- openapi --output docs/openapi.json");
    }

    [Fact]
    public async Task File_is_valid_OpenAPI()
    {
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(await File.ReadAllTextAsync(ApiContract.File, TestContext.Current.CancellationToken), "json");

        Assert.Empty(read.Diagnostic!.Errors.Select(e => e.ToString()));
        Assert.Empty(read.Diagnostic.Warnings.Select(e => e.ToString()));
        Assert.Equal(Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.NotEmpty(read.Document!.Paths);
    }

    [Fact]
    public async Task Every_route_is_described()
    {
        var bare = (await RoutesAsync()).Where(r => r.Metadata.GetMetadata<RouteDescription>() is null && r.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null);

        Assert.True(!bare.Any(), "Add .Describe(…) where these are mapped:\n" + string.Join('\n', bare.Select(r => r.DisplayName)));
    }

    [Fact]
    public async Task Every_part_of_a_path_is_described_and_nothing_else()
    {
        foreach (var (route, description) in await DescribedAsync())
        {
            var described = description.Parameters.Where(p => p.Place == "path").Select(p => p.Name);
            Assert.True(route.RoutePattern.Parameters.Select(p => p.Name).Order().SequenceEqual(described.Order()), $"{description.Operation}: describe each part of {route.RoutePattern.RawText} by .Path(…).");
        }
    }

    [Fact]
    public async Task Every_route_has_a_name_of_its_own_a_group_a_success_and_parameters_of_different_names()
    {
        var routes = await DescribedAsync();

        Assert.Equal(routes.Count, routes.Select(r => r.Description.Operation).Distinct().Count());
        Assert.All(routes, r =>
        {
            Assert.Matches("^[a-z][a-zA-Z]+$", r.Description.Operation);
            Assert.Contains(r.Description.Tag, Tags.All.Select(t => t.Name));
            Assert.Matches("^[A-Z].*[^.]$", r.Description.Summary);
            Assert.Contains(r.Description.Answers, a => a.Status is < 400);
            Assert.Equal(r.Description.Parameters.Count, r.Description.Parameters.Select(p => (p.Place, p.Name)).Distinct().Count());
            Assert.All(r.Description.Parameters, p => Assert.Matches(@"^.{3,}\.$", p.Text));
        });
    }

    [Fact]
    public async Task Every_code_is_in_the_reference_with_its_status()
    {
        var known = CodeLine().Matches(await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "docs", "reference", "errors.md"), TestContext.Current.CancellationToken))
            .ToLookup(m => m.Groups["code"].Value, m => m.Groups["status"].Value);
        var failures = (await DescribedAsync()).SelectMany(r => r.Description.Failures.Concat(OpenApiDocument.Everywhere), (r, f) => (r.Description.Operation, f.Status, f.Code)).Distinct();

        Assert.All(failures, f => Assert.True(
            known[f.Code].Any(status => status.Length == 0 || status == f.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            $"{f.Operation} refuses with {f.Status} {f.Code}; docs/reference/errors.md knows no such code{(known.Contains(f.Code) ? " of this status" : "")}."));
    }

    [Fact]
    public void Every_reference_leads_to_a_schema_and_every_schema_is_used()
    {
        var used = Reference().Matches(ApiContract.Document.GetRawText()).Select(m => m.Groups[1].Value).ToHashSet();

        Assert.All(used, name => Assert.True(Schemas.TryGetProperty(name, out _), $"There is no schema {name}."));
        Assert.All(Schemas.EnumerateObject(), s => Assert.True(used.Contains(s.Name) || s.Name.StartsWith("Event.", StringComparison.Ordinal), $"Nothing refers to {s.Name}."));
    }

    public static TheoryData<string> OwnSchemas => [.. Schemas.EnumerateObject().Select(s => s.Name).Where(name => !name.StartsWith("Event.", StringComparison.Ordinal) && name != "Event")];

    [Theory]
    [MemberData(nameof(OwnSchemas))]
    public void Schema_has_examples_that_fit_it(string name)
    {
        var schema = Schemas.GetProperty(name);

        Assert.True(schema.TryGetProperty("examples", out var examples) && examples.GetArrayLength() > 0, $"Give {name} an example.");
        Assert.All(examples.EnumerateArray(), example => Assert.Empty(ApiSchema.Check(ApiContract.Document, schema, example)));
        Assert.True(schema.TryGetProperty("description", out _), $"Say what {name} is.");
        if (schema.TryGetProperty("required", out var required))
            Assert.All(required.EnumerateArray(), r => Assert.True(schema.GetProperty("properties").TryGetProperty(r.GetString()!, out _), $"{name} requires {r}, which it does not describe."));
    }

    [Fact]
    public void Golden_logs_fit_the_events_of_the_document()
    {
        var logs = Directory.GetFiles(Path.Combine(RepositoryFiles.Root, "tests", "contracts", "logs"), "*.ndjson");

        Assert.NotEmpty(logs);
        foreach (var line in logs.SelectMany(File.ReadLines))
            Assert.Empty(ApiSchema.Check(ApiContract.Document, Schemas.GetProperty("Event"), JsonElement.Parse(line, new JsonDocumentOptions { MaxDepth = 256 })));
    }

    [Fact]
    public void Check_finds_what_differs_from_the_document()
    {
        Assert.Empty(ApiContract.Check("GET", "/healthz", 200, "application/json", """{"status":"ok"}"""));
        Assert.NotEmpty(ApiContract.Check("GET", "/healthz", 200, "application/json", """{"status":"bad"}"""));
        Assert.NotEmpty(ApiContract.Check("GET", "/healthz", 200, "application/json", "{}"));
        Assert.NotEmpty(ApiContract.Check("GET", "/healthz", 200, "application/json", """{"status":"ok","more":1}"""));
        Assert.NotEmpty(ApiContract.Check("GET", "/healthz", 200, "text/plain", "ok"));
        Assert.NotEmpty(ApiContract.Check("GET", "/healthz", 204, null, ""));
        Assert.NotEmpty(ApiContract.Check("GET", "/healthz", 400, "application/problem+json", """{"code":"invalid_query","title":"Bad Request","detail":"x","status":400,"error":"x"}"""));
        Assert.NotEmpty(ApiContract.Check("GET", "/api/executions/running", 200, "application/json", """{"executions":[{}],"count":1}"""));
    }

    private static async Task<IReadOnlyList<(RouteEndpoint Route, RouteDescription Description)>> DescribedAsync() =>
        [.. (await RoutesAsync()).Select(r => (Route: r, Description: r.Metadata.GetMetadata<RouteDescription>())).Where(r => r.Description is not null).Select(r => (r.Route, r.Description!))];

    private static async Task<IReadOnlyList<RouteEndpoint>> RoutesAsync()
    {
        await using var server = await ServerHarness.StartAsync();
        return server.Routes;
    }

    [GeneratedRegex(@"^\| `(?<code>[a-z_]+)` \| (?:(?<status>\d{3}): )?", RegexOptions.Multiline)]
    private static partial Regex CodeLine();

    [GeneratedRegex("\"#/components/schemas/([^\"]+)\"")]
    private static partial Regex Reference();
}
