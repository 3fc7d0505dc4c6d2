using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Remote;

/// <summary>What is typed on one machine and done on another: by the public API, with a token.</summary>
public sealed class VerbTests
{
    [Fact]
    public async Task Verbs_reach_a_server_with_a_token()
    {
        await using var server = await RemoteServer.StartAsync(("hello.yaml", TemporaryFolder.Hello), ("failing.yaml", TemporaryFolder.Failing), ("approval.yaml", TemporaryFolder.Approval), ("listening.yaml", TemporaryFolder.Listening));

        Assert.Contains("approval", (await server.RunAsync("viewer", "list")).Exits(0).Output, StringComparison.Ordinal);
        var run = (await server.RunAsync("operator", "run", "hello", "--set", "who=Ada", "--label", "from=afar")).Exits(0);
        Assert.Contains("| Hello, Ada", run.Output, StringComparison.Ordinal);
        Assert.Contains("completed", (await server.RunAsync("viewer", "history", "--pipeline", "hello")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("Completed in", (await server.RunAsync("viewer", "show", "last")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("| Hello, Ada", (await server.RunAsync("viewer", "logs", "last", "--stage", "hello")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("(token operator)", (await server.RunAsync("viewer", "events", "last", "-f")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("hello", (await server.RunAsync("viewer", "graph", "hello")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("completed", (await server.RunAsync("viewer", "graph", "last", "--format", "mermaid")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("No pipeline has a schedule", (await server.RunAsync("viewer", "schedules")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("ada", (await server.RunAsync("admin", "users")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("operator", (await server.RunAsync("admin", "tokens")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("waiting", (await server.RunAsync("admin", "webhooks")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("openapi", (await server.RunAsync("viewer", "openapi")).Exits(0).Output, StringComparison.Ordinal);
        server.Elsewhere.Write("broken.yaml", "stages: [{ id: a, type: shel }]");
        Assert.StartsWith("broken.yaml:", (await server.RunAsync("admin", "validate", "broken.yaml")).Exits(2).Output, StringComparison.Ordinal);

        server.Elsewhere.Write("fresh.yaml", "id: fresh\nstages: [{ id: a, data: { value: \"'new'\" } }]\n");
        Assert.Contains("'fresh'", (await server.RunAsync("admin", "push", "fresh.yaml")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("precondition_failed", (await server.RunAsync("admin", "push", "fresh.yaml")).Exits(2).Error, StringComparison.Ordinal);
        (await server.RunAsync("admin", "push", "fresh.yaml", "--replace")).Exits(0);
        (await server.RunAsync("operator", "push", "fresh.yaml", "--replace")).Exits(7);
        Assert.Contains("Result: new", (await server.RunAsync("operator", "run", "fresh")).Exits(0).Output, StringComparison.Ordinal);

        var first = JsonElement.Parse((await server.RunAsync("viewer", "history", "--pipeline", "hello", "--json")).Exits(0).Output).GetProperty("executions")[0].GetProperty("id").GetString()!;
        Assert.Contains("They part at", (await server.RunAsync("viewer", "compare", first, "last")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("They are the same", (await server.RunAsync("viewer", "compare", first, first)).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("nothing waits", (await server.RunAsync("viewer", "queue")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(await server.LogAsync(first), (await server.RunAsync("viewer", "export", first, "--format", "ndjson")).Exits(0).Output);
        Assert.Contains("run.zip", (await server.RunAsync("viewer", "export", first, "-o", "run.zip")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("exists already", (await server.RunAsync("viewer", "export", first, "-o", "run.zip")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("execution_exists", (await server.RunAsync("admin", "import", "run.zip")).Exits(6).Error, StringComparison.Ordinal);
        (await server.RunAsync("operator", "import", "run.zip")).Exits(7);
        Assert.Contains("hello, completed", (await CliProcess.RunAsync(server.Elsewhere.Path, "import", "run.zip")).Exits(0).Output, StringComparison.Ordinal);
        var imported = (await CliProcess.RunAsync(server.Elsewhere.Path, "events", first)).Exits(0).Output;
        Assert.Equal((await server.LogAsync(first)).Split('\n')[1..], imported.Split('\n')[1..]);

        Assert.Contains("Failed", (await server.RunAsync("operator", "run", "failing")).Exits(1).Output, StringComparison.Ordinal);
        Assert.Contains("Started again", (await server.RunAsync("operator", "retry", "last")).Exits(0).Output, StringComparison.Ordinal);
        await using var again = server.Command("viewer", "watch", "last");
        Assert.Contains("attempt 2", (await again.EndAsync()).Exits(1).Output, StringComparison.Ordinal);
        Assert.Contains("Deleted", (await server.RunAsync("admin", "delete", "last")).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_to_an_execution_reach_it()
    {
        await using var server = await RemoteServer.StartAsync(("approval.yaml", TemporaryFolder.Approval), ("listening.yaml", TemporaryFolder.Listening), ("waiting.yaml", TemporaryFolder.Waiting));
        await using var run = server.Command("operator", "run", "approval");
        await run.WaitForAsync("waits for approval");
        Assert.Contains("Paused", (await server.RunAsync("operator", "pause", "last")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("Resumed", (await server.RunAsync("operator", "resume", "last")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("still_running", (await server.RunAsync("operator", "retry", "last")).Exits(6).Error, StringComparison.Ordinal);
        Assert.Contains("stage_not_found", (await server.RunAsync("operator", "approve", "last", "nothing")).Exits(5).Error, StringComparison.Ordinal);
        Assert.Contains("Approved", (await server.RunAsync("operator", "approve", "last", "publish", "--comment", "good")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("approved", (await run.EndAsync()).Exits(0).Output, StringComparison.Ordinal);

        var listening = (await server.RunAsync("operator", "run", "listening", "--detach")).Exits(0).Output.Trim();
        Assert.Contains("Delivered to 1 execution", (await server.RunAsync("operator", "emit", "release.ready", "--data", """{"branch":"main"}""")).Exits(0).Output, StringComparison.Ordinal);
        await using var watch = server.Command("viewer", "watch", listening, "--json");
        Assert.Equal((await watch.EndAsync()).Exits(0).Output, await server.LogAsync(listening));

        // Ctrl-C of a run asks for its end, and its exit code says how it ended.
        await using var cancelled = server.Command("operator", "run", "waiting");
        await cancelled.WaitForAsync("| waiting");
        cancelled.Signal(CliProcess.SigInt);
        Assert.Contains("Cancelling", (await cancelled.EndAsync()).Exits(4).Output, StringComparison.Ordinal);

        // Ctrl-C of a watch looks away.
        var left = (await server.RunAsync("operator", "run", "waiting", "--detach")).Exits(0).Output.Trim();
        await using var watched = server.Command("viewer", "watch", left);
        await watched.WaitForAsync("| waiting");
        watched.Signal(CliProcess.SigInt);
        Assert.Contains("It goes on. To look again: sightglass watch", (await watched.EndAsync()).Exits(130).Error, StringComparison.Ordinal);
        Assert.Contains("\"running\"", (await server.RunAsync("viewer", "show", left, "--json")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("Cancelling", (await server.RunAsync("operator", "cancel", left)).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_of_a_server_say_why_and_what_to_do()
    {
        await using var server = await RemoteServer.StartAsync(("hello.yaml", TemporaryFolder.Hello));
        server.Elsewhere.Write("wrong", "sg_0000000000000000000000000000000000000000000");

        var none = (await CliProcess.RunAsync(server.Elsewhere.Path, "list", "--server", server.Url)).Exits(7);
        Assert.Contains("login_required", none.Error, StringComparison.Ordinal);
        Assert.Contains("--token-file", none.Error, StringComparison.Ordinal);
        Assert.Contains("token_invalid", (await server.RunAsync("wrong", "list")).Exits(7).Error, StringComparison.Ordinal);
        Assert.Contains("role operator", (await server.RunAsync("viewer", "run", "hello")).Exits(7).Error, StringComparison.Ordinal);
        Assert.Contains("forbidden", (await server.RunAsync("operator", "users")).Exits(7).Error, StringComparison.Ordinal);
        Assert.Contains("pipeline_not_found", (await server.RunAsync("operator", "run", "nothing")).Exits(5).Error, StringComparison.Ordinal);
        Assert.Contains("inputs.whom", (await server.RunAsync("operator", "run", "hello", "--set", "whom=x")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("sightglass push", (await server.RunAsync("operator", "run", "hello.yaml")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("execution_not_found", (await server.RunAsync("viewer", "show", "01a1ff68-a86a-7fd5-afcd-75fa3e770822")).Exits(5).Error, StringComparison.Ordinal);
        Assert.Contains("of its own machine", (await server.RunAsync("admin", "serve")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("of its own machine", (await server.RunAsync("admin", "backup", "x.db")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("no server", (await server.RunAsync("admin", "eval", "1")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("one of them", (await server.RunAsync("admin", "list", "--data", "x")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("leave it out", (await server.RunAsync("admin", "list", "--pipelines", ".")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("no address", (await CliProcess.RunAsync(server.Elsewhere.Path, "list", "--server", "ci.example.org")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("--token-file", (await CliProcess.RunAsync(server.Elsewhere.Path, "list", "--server", "https://ada:secret@ci.example.org")).Exits(2).Error, StringComparison.Ordinal);

        await server.StopAsync();
        var away = (await server.RunAsync("viewer", "list")).Exits(3);
        Assert.Contains("cannot be reached", away.Error, StringComparison.Ordinal);
        Assert.Contains(server.Url, away.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_names_server_and_token_and_a_named_folder_goes_before_it()
    {
        await using var server = await RemoteServer.StartAsync(("hello.yaml", TemporaryFolder.Hello));
        var token = (await File.ReadAllTextAsync(Path.Combine(server.Elsewhere.Path, "viewer"), TestContext.Current.CancellationToken)).Trim();
        var environment = new Dictionary<string, string> { ["SIGHTGLASS_SERVER"] = server.Url, ["SIGHTGLASS_TOKEN"] = token };

        await using var list = CliProcess.StartWith(environment, server.Elsewhere.Path, "list", "--json");
        Assert.Equal("hello", JsonElement.Parse((await list.EndAsync()).Exits(0).Output).GetProperty("pipelines")[0].GetProperty("id").GetString());
        await using var local = CliProcess.StartWith(environment, server.Elsewhere.Path, "history", "--data", "nothing");
        Assert.Contains("no executions in", (await local.EndAsync()).Exits(3).Error, StringComparison.Ordinal);
        await using var here = CliProcess.StartWith(environment, server.Elsewhere.Path, "eval", "1 + 1");
        Assert.Contains("2", (await here.EndAsync()).Exits(0).Output, StringComparison.Ordinal);
    }
}
