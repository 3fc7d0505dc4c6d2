using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class RouteAccessTests
{
    [Fact]
    public async Task Every_route_says_who_may_use_it()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.NotEmpty(server.Routes);
        var silent = server.Routes.Where(r => r.Metadata.GetMetadata<RouteNeed>() is null).Select(Named);

        Assert.True(!silent.Any(), "Say who may use these routes, with .Needs(Role.…) or .Open() where they are mapped: " + string.Join(", ", silent));
    }

    [Fact]
    public async Task Only_the_login_and_the_health_are_open()
    {
        string[] open = ["/healthz", "/api/session", "/api/auth/methods", "/api/auth/oidc/login", "/api/auth/oidc/callback"];
        await using var server = await ServerHarness.StartAsync();
        var others = server.Routes
            .Where(r => r.Metadata.GetMetadata<RouteNeed>() is { IsOpen: true } && !open.Contains(r.RoutePattern.RawText))
            .Select(Named);

        Assert.True(!others.Any(), "These routes are open to everybody; name a role, or add them here: " + string.Join(", ", others));
    }

    [Fact]
    public async Task Route_names_its_target_when_it_has_one()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var route in server.Routes.Where(r => r.RoutePattern.RawText!.StartsWith("/api/executions/{id}", StringComparison.Ordinal)))
            Assert.Equal(new RouteTarget("id", IsExecution: true), route.Metadata.GetMetadata<RouteNeed>()!.Target);
        foreach (var route in server.Routes.Where(r => r.RoutePattern.RawText!.StartsWith("/api/pipelines/{id}", StringComparison.Ordinal)))
            Assert.Equal(new RouteTarget("id", IsExecution: false), route.Metadata.GetMetadata<RouteNeed>()!.Target);
    }

    private static string Named(RouteEndpoint route) =>
        string.Join('|', route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]) + " " + route.RoutePattern.RawText;
}
