using System.Net;
using System.Text;
using Xunit;

namespace Sightglass.Server.Tests.Pipelines;

public sealed class EditTests
{
    private const string Yaml = """
        id: fresh
        stages:
          - id: one
            type: data
            data: { value: "1" }
        """;

    [Fact]
    public async Task New_pipeline_is_listed_and_runs()
    {
        await using var server = await ServerHarness.StartAsync();

        var written = await PutAsync(server, "fresh", Yaml);
        var id = await server.RunToEndAsync("fresh");

        Assert.Equal(HttpStatusCode.Created, written.Status);
        Assert.Equal(Yaml, await File.ReadAllTextAsync(Path.Combine(server.Folder, "fresh.yaml"), TestContext.Current.CancellationToken));
        Assert.Equal("fresh", (await server.GetAsync("/api/pipelines")).Json[0].GetProperty("id").GetString());
        Assert.Equal("completed", (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("status").GetString());
        Assert.Equal(Yaml, (await server.GetAsync("/api/pipelines/fresh?format=yaml")).Text);
    }

    [Fact]
    public async Task Definition_of_JSON_goes_back_where_it_came_from()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var definition = (await server.GetAsync("/api/pipelines/hello")).Json.GetProperty("definition").GetRawText().Replace("\"hello\"", "\"twin\"", StringComparison.Ordinal);

        var written = await PutAsync(server, "twin", definition, "application/json");

        Assert.Equal(HttpStatusCode.Created, written.Status);
        Assert.True(File.Exists(Path.Combine(server.Folder, "twin.json")));
        Assert.Equal("twin", (await server.GetAsync("/api/pipelines/twin")).Json.GetProperty("definition").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Every_problem_comes_back_with_its_place_and_nothing_is_written()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await PutAsync(server, "fresh", "id: fresh\nstages:\n  - id: a\n    type: data\n    data: { value: '1' }\n    needs: [nobody]\n  - id: a\n    type: wrong\n");

        answer.AssertProblem(HttpStatusCode.BadRequest, "invalid_pipeline");
        var problems = answer.Json.GetProperty("problems").EnumerateArray().Select(p => (p.GetProperty("code").GetString(), p.GetProperty("line").GetInt32())).ToList();
        Assert.Contains(("unknown_stage", 6), problems);
        Assert.Contains(("duplicate_id", 7), problems);
        Assert.All(answer.Json.GetProperty("problems").EnumerateArray(), p => Assert.True(p.GetProperty("column").GetInt32() > 0));
        Assert.Empty(Directory.GetFiles(server.Folder));
    }

    [Fact]
    public async Task Id_of_the_file_has_to_be_that_of_the_address()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await PutAsync(server, "other", Yaml);

        answer.AssertProblem(HttpStatusCode.BadRequest, "invalid_pipeline");
        Assert.Equal("id", answer.Json.GetProperty("problems")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Update_is_refused_when_somebody_else_was_first()
    {
        await using var server = await ServerHarness.StartAsync(Yaml);
        var tag = (await server.GetAsync("/api/pipelines/fresh")).Response.Headers.ETag!.ToString();

        (await PutAsync(server, "fresh", Yaml + "\ndescription: mine\n")).AssertProblem((HttpStatusCode)428, "precondition_required");
        var first = await PutAsync(server, "fresh", Yaml + "\ndescription: first\n", headers: ("If-Match", tag));
        var second = await PutAsync(server, "fresh", Yaml + "\ndescription: second\n", headers: ("If-Match", tag));
        var next = await PutAsync(server, "fresh", Yaml + "\ndescription: next\n", headers: ("If-Match", first.Response.Headers.ETag!.ToString()));

        Assert.Equal((HttpStatusCode.OK, "first"), (first.Status, first.Json.GetProperty("description").GetString()));
        second.AssertProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
        Assert.Equal((HttpStatusCode.OK, "next"), (next.Status, next.Json.GetProperty("description").GetString()));
        (await PutAsync(server, "fresh", Yaml, headers: ("If-None-Match", "*"))).AssertProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "fresh", Yaml, headers: ("If-Match", "*"))).Status);
    }

    [Fact]
    public async Task Of_many_writers_who_read_the_same_one_wins()
    {
        await using var server = await ServerHarness.StartAsync(Yaml);
        var tag = (await server.GetAsync("/api/pipelines/fresh")).Response.Headers.ETag!.ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => PutAsync(server, "fresh", $"{Yaml}\ndescription: writer {i}\n", headers: ("If-Match", tag))));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(19, answers.Count(a => a.Status == HttpStatusCode.PreconditionFailed));
        Assert.Single(Directory.GetFiles(server.Folder));
    }

    [Theory]
    [InlineData("..%2F..%2Fevil")]
    [InlineData("..%5Cevil")]
    [InlineData("%2Fetc%2Fevil")]
    [InlineData("a%00b")]
    [InlineData(".hidden")]
    [InlineData("..")]
    [InlineData("@other")]
    public async Task Path_tricks_are_refused(string id)
    {
        await using var server = await ServerHarness.StartAsync();
        var before = Directory.GetFileSystemEntries(Path.GetDirectoryName(server.Folder)!).Length;

        var answer = await PutAsync(server, id, Yaml);

        Assert.InRange((int)answer.Status, 400, 405);
        Assert.Empty(Directory.GetFileSystemEntries(server.Folder));
        Assert.False(File.Exists(Path.Combine(server.Folder, "..", "evil.yaml")));
        Assert.True(before > 0);
    }

    [Fact]
    public async Task Deleted_pipeline_is_gone_and_its_executions_stay()
    {
        await using var server = await ServerHarness.StartAsync(Yaml);
        var id = await server.RunToEndAsync("fresh");
        using var stale = new HttpRequestMessage(HttpMethod.Delete, "/api/pipelines/fresh");

        (await server.SendAsync(stale, ("If-Match", "\"0\""))).AssertProblem(HttpStatusCode.PreconditionFailed, "precondition_failed");
        var deleted = await server.DeleteAsync("/api/pipelines/fresh");

        Assert.True(deleted.Json.GetProperty("deleted").GetBoolean());
        (await server.GetAsync("/api/pipelines/fresh")).AssertProblem(HttpStatusCode.NotFound, "pipeline_not_found");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/executions/{id}")).Status);
        Assert.Empty(Directory.GetFiles(server.Folder));
    }

    [Fact]
    public async Task Validation_saves_nothing_and_knows_the_other_pipelines()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        const string Caller = "id: caller\nstages:\n  - id: a\n    type: pipeline\n    pipeline: { id: hello, input: { name: x } }\n";

        var right = await ValidateAsync(server, Caller);
        var wrong = await ValidateAsync(server, Caller.Replace("hello", "helo", StringComparison.Ordinal));
        var broken = await ValidateAsync(server, "stages: [");

        Assert.True(right.Json.GetProperty("valid").GetBoolean(), right.Text);
        Assert.Equal("unknown_pipeline", wrong.Json.GetProperty("problems")[0].GetProperty("code").GetString());
        Assert.Equal(("bad_yaml", false), (broken.Json.GetProperty("problems")[0].GetProperty("code").GetString(), broken.Json.GetProperty("valid").GetBoolean()));
        Assert.Single(Directory.GetFiles(server.Folder));
    }

    [Fact]
    public async Task File_is_not_sent_again_when_the_client_has_it()
    {
        await using var server = await ServerHarness.StartAsync(Yaml);
        var tag = (await server.GetAsync("/api/pipelines/fresh?format=yaml")).Response.Headers.ETag!.ToString();

        var again = await server.GetAsync("/api/pipelines/fresh?format=yaml", ("If-None-Match", tag));

        Assert.Equal((HttpStatusCode.NotModified, ""), (again.Status, again.Text));
    }

    [Fact]
    public async Task Body_of_another_kind_is_refused()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);

        (await PutAsync(server, "fresh", Yaml, "text/plain")).AssertProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        (await PutAsync(server, "fresh", Yaml, "application/zip")).AssertProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        using var run = new HttpRequestMessage(HttpMethod.Post, "/api/pipelines/hello/run") { Content = new StringContent("input: x", Encoding.UTF8, "application/yaml") };
        (await server.SendAsync(run)).AssertProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    private static async Task<Answer> PutAsync(ServerHarness server, string id, string content, string type = "application/yaml", params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/pipelines/{id}") { Content = new StringContent(content, Encoding.UTF8, type) };
        return await server.SendAsync(request, headers);
    }

    private static async Task<Answer> ValidateAsync(ServerHarness server, string yaml)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/pipelines/validate") { Content = new StringContent(yaml, Encoding.UTF8, "application/yaml") };
        return await server.SendAsync(request);
    }
}
