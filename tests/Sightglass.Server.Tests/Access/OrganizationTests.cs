using System.Net;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class OrganizationTests
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/output/held")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/pause")]
    [InlineData("POST", "/retry")]
    [InlineData("PUT", "/breakpoints/held")]
    [InlineData("DELETE", "")]
    public async Task Execution_is_unknown_when_it_is_of_another_organization(string method, string path)
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await StartAsync(server, "acme");
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/executions/{id}{path}");
        (await server.SendAsync(request)).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        Assert.Equal(Core.Executions.ExecutionStatus.Running, await server.Engine.ReadStateAsync(id, s => s.Status));
    }

    [Fact]
    public async Task Deleted_execution_is_unknown_when_it_was_of_another_organization()
    {
        await using var server = await ServerHarness.StartAsync(Some.Fails);
        var ids = new List<Guid>();
        foreach (var organization in (string[])["acme", "default"])
        {
            var id = await StartAsync(server, organization, "fails");
            await server.EndAsync(id);
            await ((IStoreUpkeep)server.Engine.Store).EraseAsync(id, new ErasureRequest(DateTimeOffset.UnixEpoch, "test", null));
            ids.Add(id);
        }

        (await server.GetAsync($"/api/executions/{ids[0]}")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        (await server.GetAsync($"/api/executions/{ids[1]}")).AssertProblem(HttpStatusCode.Gone, "execution_deleted");
    }

    [Theory]
    [InlineData("/api/executions")]
    [InlineData("/api/executions/running")]
    [InlineData("/api/executions/history")]
    public async Task List_leaves_out_what_is_of_another_organization(string list)
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await StartAsync(server, "acme");
        var own = await StartAsync(server, "default");
        Assert.Equal([own], (await server.GetAsync(list)).Json.GetProperty("executions").EnumerateArray().Select(e => e.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Event_reaches_the_executions_of_its_organization_alone()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var other = await StartAsync(server, "acme");
        var own = await StartAsync(server, "default");
        var plain = await server.PostAsync("/api/events", """{"type":"go"}""");
        await server.EndAsync(own);
        var keyed = await server.PostAsync("/api/events", """{"type":"go"}""", ("Idempotency-Key", "once"));

        Assert.Equal([own], plain.Json.GetProperty("executions").EnumerateArray().Select(e => e.GetGuid()));
        Assert.Equal(0, keyed.Json.GetProperty("delivered").GetInt32());
        Assert.Equal(Core.Executions.ExecutionStatus.Running, await server.Engine.ReadStateAsync(other, s => s.Status));
        Assert.Equal([other], await server.Engine.EmitAsync("go", JsonElement.Parse("null"), "acme"));
    }

    [Fact]
    public async Task Pipeline_is_unknown_when_it_lies_in_the_folder_of_another_organization()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        Directory.CreateDirectory(Path.Combine(server.Folder, "@acme"));
        await server.WriteFileAsync("@acme/waits.yaml", Some.Waits);
        await server.RefreshAsync();

        Assert.Equal(["hello"], (await server.GetAsync("/api/pipelines")).Json.EnumerateArray().Select(p => p.GetProperty("id").GetString()));
        (await server.GetAsync("/api/pipelines/waits")).AssertProblem(HttpStatusCode.NotFound, "pipeline_not_found");
        (await server.PostAsync("/api/pipelines/waits/run", "{}")).AssertProblem(HttpStatusCode.NotFound, "pipeline_not_found");
    }

    [Fact]
    public async Task Child_belongs_to_the_organization_of_its_parent()
    {
        await using var server = await ServerHarness.StartAsync(Some.Fails);
        var parent = DefinitionReader.Read("id: parent\nstages:\n  - { id: call, pipeline: { id: child } }\n"u8.ToArray(), "parent.yaml").Definition!;
        var child = DefinitionReader.Read("id: child\nstages:\n  - { id: one, type: data, data: { value: '1' } }\n"u8.ToArray(), "child.yaml").Definition!;
        var outcome = await server.Engine.StartAsync(new StartRequest { Definition = parent, Organization = "acme", FindPipeline = id => id == "child" ? child : null });
        await server.EndAsync(outcome.ExecutionId!.Value);
        var list = await server.Engine.Store.ListAsync(new ExecutionQuery { IncludeChildren = true });

        Assert.Equal(2, list.Items.Count);
        Assert.All(list.Items, i => Assert.Equal("acme", i.Summary.Organization));
    }

    [Fact]
    public async Task Value_is_given_to_those_alone_who_may_see_an_execution_that_carries_it()
    {
        const string Large = """
            id: large
            stages:
              - { id: print, type: shell, shell: { run: "head -c 100000 /dev/zero | tr '\\0' x" } }
            """;
        await using var server = await ServerHarness.StartAsync(Large, Some.Hello);
        var theirs = await StartAsync(server, "acme", "large");
        await server.EndAsync(theirs);
        var reference = await server.Engine.ReadStateAsync(theirs, s => s.Find("print")!.Output!.Reference);
        Assert.NotNull(reference);
        (await server.GetAsync($"/api/values/{reference}")).AssertProblem(HttpStatusCode.NotFound, "value_not_found");
        (await server.GetAsync($"/api/values/{reference}?execution={theirs}")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        var other = await server.RunToEndAsync("hello", """{"input":"Ada"}""");
        (await server.GetAsync($"/api/values/{reference}?execution={other}")).AssertProblem(HttpStatusCode.NotFound, "value_not_found");

        // The same value of an execution of one's own is one's own.
        var own = await server.RunToEndAsync("large");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/values/{reference}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/values/{reference}?execution={own}")).Status);

        // Nor is it of whoever has a role on another pipeline alone.
        await server.AddUserAsync("root", "admin");
        await server.AddUserAsync("bob", "none", grants: """{"hello":"viewer"}""");
        await server.AddUserAsync("eve", "none", grants: """{"large":"viewer"}""");
        (await server.GetAsync($"/api/values/{reference}", await server.LogInAsync("bob"))).AssertProblem(HttpStatusCode.NotFound, "value_not_found");
        (await server.GetAsync($"/api/values/{reference}?execution={own}", await server.LogInAsync("bob"))).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/values/{reference}", await server.LogInAsync("eve"))).Status);
    }

    private static async Task<Guid> StartAsync(ServerHarness server, string organization, string pipeline = "waits")
    {
        var definition = DefinitionReader.Read(await File.ReadAllBytesAsync(Path.Combine(server.Folder, pipeline + ".yaml")), pipeline + ".yaml").Definition!;
        var outcome = await server.Engine.StartAsync(new StartRequest { Definition = definition, Organization = organization });
        var id = outcome.ExecutionId!.Value;
        if (pipeline == "waits")
        {
            await foreach (var step in server.Engine.Follower.FollowAsync(id, 0, ServerHarness.Limit, CancellationToken.None))
            {
                if (await server.Engine.ReadStateAsync(id, s => s.Find("first")?.Status == Core.Executions.StageStatus.Completed)) break;
            }
        }

        return id;
    }
}
