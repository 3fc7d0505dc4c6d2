using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class ApprovalTests
{
    private const string Table = """
        id: table
        stages:
          - { id: anyone, type: data, triggers: { all: [ { approval: {} } ] }, data: { value: "1" } }
          - { id: operator, type: data, triggers: { all: [ { approval: { by: [operator] } } ] }, data: { value: "1" } }
          - { id: admin, type: data, triggers: { all: [ { approval: { by: [admin] } } ] }, data: { value: "1" } }
          - { id: person, type: data, triggers: { all: [ { approval: { by: [vera, nobody] } } ] }, data: { value: "1" } }
          - { id: none, type: data, triggers: { all: [ { approval: { by: [none] } } ] }, data: { value: "1" } }
        """;

    [Theory]
    [InlineData("vera", "viewer", "person")]
    [InlineData("olaf", "operator", "anyone,operator")]
    [InlineData("ada", "admin", "anyone,operator,admin")]
    public async Task Approval_is_answered_by_those_whom_it_names(string name, string role, string may)
    {
        await using var server = await ServerHarness.StartAsync(Table);
        var id = await server.RunAsync("table");
        await server.AddUserAsync("root", "admin");
        await server.AddUserAsync(name, role);
        var (cookie, origin) = (await server.LogInAsync(name), ("Origin", server.Address.GetLeftPart(UriPartial.Authority)));
        foreach (var stage in (string[])["anyone", "operator", "admin", "person", "none"])
        {
            var answer = await server.PostAsync($"/api/executions/{id}/approve", $$"""{"stage":"{{stage}}"}""", cookie, origin);
            if (may.Split(',').Contains(stage)) Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
            else answer.AssertProblem(HttpStatusCode.Forbidden, "approval_forbidden");
        }

        var events = (await server.GetAsync($"/api/executions/{id}/events?types=approval.granted", cookie)).Json.GetProperty("events");
        Assert.All(events.EnumerateArray(), e => Assert.Equal(name, e.GetProperty("data").GetProperty("by").GetString()));
        Assert.Equal(may.Split(',').Length, events.GetArrayLength());
    }

    [Fact]
    public async Task Token_of_a_person_is_not_the_person()
    {
        await using var server = await ServerHarness.StartAsync(Table);
        var id = await server.RunAsync("table");
        await server.AddUserAsync("root", "admin");
        await server.AddUserAsync("vera", "operator");
        var origin = ("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        var made = await server.PostAsync("/api/tokens", """{"name":"ci","role":"operator"}""", await server.LogInAsync("vera"), origin);
        var token = ("Authorization", "Bearer " + made.Json.GetProperty("token").GetString());
        (await server.PostAsync($"/api/executions/{id}/approve", """{"stage":"person"}""", token)).AssertProblem(HttpStatusCode.Forbidden, "approval_forbidden");
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{id}/approve", """{"stage":"operator"}""", token)).Status);
    }

    [Fact]
    public async Task Owner_of_the_process_answers_every_approval()
    {
        await using var server = await ServerHarness.StartAsync(Table);
        var id = await server.RunAsync("table");
        foreach (var stage in (string[])["anyone", "operator", "admin", "person", "none"])
            Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{id}/approve", $$"""{"stage":"{{stage}}"}""")).Status);
    }
}
