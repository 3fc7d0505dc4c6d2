using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.DataFolder;

public sealed partial class AccountTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Server_opens_to_others_when_there_is_an_account()
    {
        Assert.Contains("sightglass users add NAME --role admin", (await CliProcess.RunAsync(_folder.Path, "serve", "--urls", "http://0.0.0.0:0")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("first", (await RunAsync("correct horse battery\n", "users", "add", "bob", "--role", "viewer")).Exits(6).Error, StringComparison.Ordinal);
        Assert.Contains("10 characters", (await RunAsync("short\n", "users", "add", "ada", "--role", "admin")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("Added ada (admin)", (await RunAsync("correct horse battery\n", "users", "add", "ada", "--role", "admin")).Exits(0).Output, StringComparison.Ordinal);

        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://0.0.0.0:0");
        await server.WaitForAsync("Ctrl-C stops");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port().Match(server.Output).Groups[1].Value}") };
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/pipelines", TestContext.Current.CancellationToken)).StatusCode);
        using var login = new StringContent("""{"name":"ada","password":"correct horse battery"}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/api/session", login, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/pipelines", TestContext.Current.CancellationToken)).StatusCode);

        var token = (await CliProcess.RunAsync(_folder.Path, "tokens", "create", "ci", "--role", "operator", "--days", "1")).Exits(0).Output.Trim();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users");
        request.Headers.Add("Authorization", "Bearer " + token);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Contains("ci", (await CliProcess.RunAsync(_folder.Path, "tokens")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("last admin", (await CliProcess.RunAsync(_folder.Path, "users", "remove", "ada")).Exits(6).Error, StringComparison.Ordinal);
        (await RunAsync("another long secret\n", "users", "add", "eve", "--organization", "acme", "--grant", "deploy=operator")).Exits(0);
        Assert.Contains("deploy=operator", (await CliProcess.RunAsync(_folder.Path, "users", "--organization", "acme")).Exits(0).Output, StringComparison.Ordinal);
        server.Signal(CliProcess.SigTerm);
        (await server.EndAsync()).Exits(0);
    }

    [Fact]
    public async Task Start_token_is_in_a_file_of_the_owner_alone()
    {
        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0", "--require-token");
        Assert.Contains("start-token", await server.WaitForAsync("Ctrl-C stops"), StringComparison.Ordinal);
        var file = Path.Combine(_folder.Path, ".sightglass", "start-token");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var token = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim();
        Assert.DoesNotContain(token, server.Output, StringComparison.Ordinal);

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port().Match(server.Output).Groups[1].Value}") };
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/pipelines", TestContext.Current.CancellationToken)).StatusCode);
        http.DefaultRequestHeaders.Add("Authorization", "Bearer " + token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/pipelines", TestContext.Current.CancellationToken)).StatusCode);
    }

    private Task<CliResult> RunAsync(string input, params string[] args) => CliProcess.RunWithInputAsync(_folder.Path, input, args);

    [GeneratedRegex(@"http://[\d.]+:(\d+)")]
    private static partial Regex Port();
}
