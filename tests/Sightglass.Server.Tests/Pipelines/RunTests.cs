using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Pipelines;

public sealed class RunTests
{
    [Fact]
    public async Task Run_starts_the_pipeline_with_its_input_when_the_input_is_text()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var answer = await server.PostAsync("/api/pipelines/hello/run", """{"input":"Ada","executionMode":"ignored"}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("hello", answer.Json.GetProperty("pipelineId").GetString());
        var id = answer.Json.GetProperty("executionId").GetGuid();
        await server.EndAsync(id);
        var output = await server.GetAsync($"/api/executions/{id}/output/greet");
        Assert.Equal("hello Ada\n", output.Text);
        Assert.Equal("text/plain", output.Type);
        Assert.Contains("sandbox", output.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"sets":{"name":"Bo"}}""")]
    [InlineData("""{"input":{"name":"Bo"},"priority":"high","labels":{"team":"a"}}""")]
    public async Task Run_binds_inputs_when_they_are_named(string body)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var id = await server.RunToEndAsync("hello", body);
        var state = (await server.GetAsync($"/api/executions/{id}")).Json;
        Assert.Equal("Bo", state.GetProperty("input").GetProperty("name").GetString());
        Assert.Equal("completed", state.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("{}", "invalid_input")]
    [InlineData("""{"input":""}""", "invalid_input")]
    [InlineData("""{"input":{"nam":"x"}}""", "invalid_input")]
    [InlineData("""{"input":7}""", "invalid_input")]
    [InlineData("""{"input":1e99999}""", "invalid_input")]
    [InlineData("""{"input":"x","priority":"soon"}""", "invalid_request")]
    [InlineData("""{"input":"x","priority":3}""", "invalid_request")]
    [InlineData("""{"input":"x","labels":[1]}""", "invalid_request")]
    [InlineData("""{"input":"x","labels":{"a":1}}""", "invalid_request")]
    [InlineData("""{"input":"x","webhookUrl":"ftp://x"}""", "invalid_request")]
    [InlineData("""{"input":"x","input":"y"}""", "invalid_json")]
    [InlineData("""{"input":"\ud800"}""", "invalid_json")]
    [InlineData("[]", "invalid_json")]
    [InlineData("{", "invalid_json")]
    [InlineData("null", "invalid_json")]
    public async Task Run_is_refused_with_a_code_when_the_body_is_bad(string body, string code)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (await server.PostAsync("/api/pipelines/hello/run", body)).AssertProblem(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task Run_names_all_problems_when_the_input_has_several()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var answer = await server.PostAsync("/api/pipelines/hello/run", """{"input":{"nam":"x","other":1}}""");
        answer.AssertProblem(HttpStatusCode.BadRequest, "invalid_input");
        Assert.True(answer.Json.GetProperty("problems").GetArrayLength() >= 3);
    }

    [Fact]
    public async Task Run_is_refused_when_the_body_is_too_deep_too_large_or_not_utf8()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var deep = $$"""{"input":{{new string('[', 200)}}{{new string(']', 200)}}}""";
        (await server.PostAsync("/api/pipelines/hello/run", deep)).AssertProblem(HttpStatusCode.BadRequest, "invalid_json");
        var large = $$"""{"input":"{{new string('x', 11 * 1024 * 1024)}}"}""";

        // The answer may come before the body has been sent, and a client that goes on sending does not see it.
        var tooLarge = await server.PostAsync("/api/pipelines/hello/run", large, ("Expect", "100-continue"));
        tooLarge.AssertProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");
        Assert.Matches("it may have [0-9,]+ bytes at most", tooLarge.Json.GetProperty("detail").GetString());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/pipelines/hello/run");
        request.Content = new ByteArrayContent([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        request.Content.Headers.Add("Content-Type", "application/json");
        (await server.SendAsync(request)).AssertProblem(HttpStatusCode.BadRequest, "invalid_json");
    }

    [Fact]
    public async Task Run_answers_404_when_the_pipeline_is_unknown_and_400_when_it_is_broken()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        await server.WriteFileAsync("broken.yaml", "stages:\n  - id: a\n    type: shel\n");
        await server.RefreshAsync();
        (await server.PostAsync("/api/pipelines/nothing/run", "{}")).AssertProblem(HttpStatusCode.NotFound, "pipeline_not_found");
        (await server.PostAsync("/api/pipelines/broken/run", "{}")).AssertProblem(HttpStatusCode.BadRequest, "invalid_pipeline");
    }

    [Fact]
    public async Task Run_takes_no_definition_when_it_comes_over_the_network()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (await server.PostAsync("/api/pipelines/hello/run", """{"definition":"stages: []"}""")).AssertProblem(HttpStatusCode.Forbidden, "owner_only");
    }

    [Fact]
    public async Task Run_takes_a_definition_when_it_comes_over_the_owners_socket()
    {
        var folder = Directory.CreateTempSubdirectory("sg-sock-").FullName;
        var path = Path.Combine(folder, "s.sock");
        await using var server = await ServerHarness.StartAsync(o => o with { UnixSocketPath = path }, pipelines: Some.Hello);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using var client = ServerHarness.OverSocket(path);
        var body = new StringContent(
            """{"definition":"stages:\n  - {id: here, type: shell, shell: {run: pwd}}\n","fileName":"mine.yaml","baseFolder":"FOLDER","requestedBy":"ada"}""".Replace("FOLDER", folder, StringComparison.Ordinal),
            System.Text.Encoding.UTF8,
            "application/json");
        var answer = await Answer.ReadAsync(await client.PostAsync("/api/pipelines/mine/run", body));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal("mine", answer.Json.GetProperty("pipelineId").GetString());
        var id = answer.Json.GetProperty("executionId").GetGuid();
        await server.EndAsync(id);
        Assert.Equal("ada", (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("requestedBy").GetString());
        Assert.Equal(folder + "\n", (await server.GetAsync($"/api/executions/{id}/output/here")).Text);
        Directory.Delete(folder, recursive: true);
    }
}
