using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Sightglass.Server.Dashboard;
using Xunit;

namespace Sightglass.Server.Tests.Dashboard;

public sealed class DashboardTests
{
    private static readonly (string, string) s_page = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    [Theory]
    [InlineData("/")]
    [InlineData("/pipelines/hello")]
    [InlineData("/executions/0197a0c2-6c1e-7d3a-9d55-0c2f7a1b9e10")]
    [InlineData("/app/playbooks/runs/run-1")]
    [InlineData("/nothing/of/the/dashboard")]
    public async Task Page_is_given_at_every_address_when_a_browser_opens_it(string path)
    {
        await using var server = await ServerHarness.StartAsync();
        var answer = await server.GetAsync(path, s_page);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("text/html", answer.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-cache", answer.Response.Headers.CacheControl!.ToString());
        Assert.Contains("/_app/immutable/", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/nothing")]
    [InlineData("/API/executions/x/y/z")]
    [InlineData("/ws/nothing")]
    [InlineData("/openapi/v2.json")]
    [InlineData("/_app/immutable/nothing.js")]
    public async Task Missing_address_is_a_problem_when_only_routes_and_files_are_there(string path)
    {
        await using var server = await ServerHarness.StartAsync();
        (await server.GetAsync(path, s_page)).AssertProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Missing_address_is_a_problem_when_a_program_asks()
    {
        await using var server = await ServerHarness.StartAsync();
        (await server.GetAsync("/pipelines/hello", ("Accept", "application/json"))).AssertProblem(HttpStatusCode.NotFound, "not_found");
        using var post = new HttpRequestMessage(HttpMethod.Post, "/pipelines/hello");
        post.Headers.Add("Accept", "text/html");
        (await server.SendAsync(post)).AssertProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Policy_names_every_script_within_the_page_and_allows_no_other()
    {
        await using var server = await ServerHarness.StartAsync();
        var answer = await server.GetAsync("/", s_page);
        var policy = answer.Response.Headers.GetValues("Content-Security-Policy").Single();
        var scripts = Regex.Matches(answer.Text, "<script>(.*?)</script>", RegexOptions.Singleline).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(scripts);
        Assert.All(scripts, script => Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'", policy, StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("sha256", (await server.GetAsync("/healthz")).Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_is_kept_for_ever_when_its_name_has_its_hash()
    {
        await using var server = await ServerHarness.StartAsync();
        var (path, plain) = await ScriptAsync(server);
        Assert.Equal("public, max-age=31536000, immutable", plain.Response.Headers.GetValues("Cache-Control").Single().ToString());
        Assert.Equal("text/javascript", plain.Response.Content.Headers.ContentType!.MediaType);
        var again = await server.GetAsync(path, ("If-None-Match", plain.Response.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.Status);
        Assert.Empty(again.Text);
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("identity", null)]
    public async Task File_is_compressed_as_the_reader_can_take_it(string accepted, string? encoding)
    {
        await using var server = await ServerHarness.StartAsync();
        var (path, plain) = await ScriptAsync(server);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
        Assert.Equal(encoding is null, response.Headers.ETag!.Tag == plain.Response.Headers.ETag!.Tag);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream read = encoding switch { "br" => new BrotliStream(body, CompressionMode.Decompress), "gzip" => new GZipStream(body, CompressionMode.Decompress), _ => body };
        using var reader = new StreamReader(read);
        Assert.Equal(plain.Text, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Head_tells_what_the_file_is_without_it()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Content.Headers.ContentLength > 500);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/", null, true)]
    [InlineData("/executions/1", "text/html", true)]
    [InlineData("/executions/1", "application/json", false)]
    [InlineData("/api/nothing", "text/html", false)]
    [InlineData("/_app/immutable/nothing.js", "*/*", false)]
    public async Task Server_built_without_its_dashboard_says_so_where_a_page_would_be(string path, string? accept, bool isTold)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path, context.Request.Headers.Accept) = ("GET", path, accept);
        using var body = new MemoryStream();
        context.Response.Body = body;
        var isPassedOn = false;

        await DashboardAnswers.RunAsync(
            context,
            _ =>
            {
                isPassedOn = true;
                return Task.CompletedTask;
            },
            null);

        Assert.Equal(!isTold, isPassedOn);
        var said = Encoding.UTF8.GetString(body.ToArray());
        Assert.Equal(isTold, said.Contains("without its dashboard", StringComparison.Ordinal) && said.Contains("BuildDashboard=false", StringComparison.Ordinal));
        Assert.Equal(isTold ? said.Length : 0, context.Response.ContentLength ?? 0);
    }

    // The largest script that the page loads; small ones are not worth compressing.
    private static async Task<(string Path, Answer Plain)> ScriptAsync(ServerHarness server)
    {
        var page = await server.GetAsync("/");
        var answers = new List<(string Path, Answer Plain)>();
        foreach (Match match in Regex.Matches(page.Text, "\"(/_app/immutable/[^\"]+\\.js)\"")) answers.Add((match.Groups[1].Value, await server.GetAsync(match.Groups[1].Value)));
        return answers.MaxBy(a => a.Plain.Text.Length);
    }
}
