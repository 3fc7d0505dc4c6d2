using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Commands;

public sealed partial class ServeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Server_is_encrypted_when_it_is_given_a_certificate()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=sightglass.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "c.pem"), certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "k.pem"), key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);

        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "https://127.0.0.1:0", "--tls-certificate", "c.pem", "--tls-key", "k.pem");
        await server.WaitForAsync("Ctrl-C stops");
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == certificate.Thumbprint };
        using var http = new HttpClient(handler) { BaseAddress = new Uri(Address().Match(server.Output).Value) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/pipelines", TestContext.Current.CancellationToken)).StatusCode);
        server.Signal(CliProcess.SigTerm);
        Assert.Contains("expires on", (await server.EndAsync()).Exits(0).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("does not exist", "--tls-certificate", "c.pem")]
    [InlineData("--tls-certificate", "--tls-key", "k.pem")]
    [InlineData("--tls-certificate", "--tls-password-file", "p.txt")]
    [InlineData("--tls-certificate", "--urls", "https://127.0.0.1:0")]
    [InlineData("--oidc-client-id", "--oidc-authority", "https://login.example.org")]
    [InlineData("--oidc-authority", "--oidc-only")]
    [InlineData("http is for the loopback alone", "--oidc-authority", "http://login.example.org", "--oidc-client-id", "x")]
    [InlineData("'boss' is no role", "--oidc-authority", "https://login.example.org", "--oidc-client-id", "x", "--oidc-default-role", "boss")]
    [InlineData("such as ops=operator", "--oidc-authority", "https://login.example.org", "--oidc-client-id", "x", "--oidc-role-claim", "groups", "--oidc-role", "ops")]
    [InlineData("cannot be read", "--oidc-authority", "https://login.example.org", "--oidc-client-id", "x", "--oidc-client-secret-file", "none")]
    [InlineData("'0.0.0.0/0' is everybody", "--trusted-proxy", "0.0.0.0/0")]
    [InlineData("without scheme and port", "--server-name", "https://example.org")]
    [InlineData("names no trace", "--trace-url", "https://traces.example.org/")]
    [InlineData("is no address of traces", "--trace-url", "javascript:{traceId}")]
    public async Task Start_is_refused_when_the_options_do_not_fit_together(string says, params string[] options) =>
        Assert.Contains(says, (await CliProcess.RunAsync(_folder.Path, ["serve", .. options])).Exits(2).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Everybody_logs_in_by_the_provider_when_the_server_is_given_one()
    {
        var secret = Path.Combine(_folder.Path, "secret");
        await File.WriteAllTextAsync(secret, "s3cret\n", TestContext.Current.CancellationToken);
        string[] options = ["serve", "--urls", "http://0.0.0.0:0", "--oidc-authority", "http://127.0.0.1:1", "--oidc-client-id", "sightglass", "--oidc-client-secret-file", "secret", "--oidc-name", "Example", "--oidc-role-claim", "groups", "--oidc-role", "cn=ops,dc=example=operator"];
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Assert.Contains("chmod 600", (await CliProcess.RunAsync(_folder.Path, options)).Exits(2).Error, StringComparison.Ordinal);
            File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        }

        await using var server = CliProcess.Start(_folder.Path, options);
        await server.WaitForAsync("Ctrl-C stops");
        using var http = new HttpClient { BaseAddress = new Uri(Port().Replace(Plain().Match(server.Output).Value, "127.0.0.1:")) };
        Assert.Contains("\"name\":\"Example\"", await http.GetStringAsync("/api/auth/methods", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/pipelines", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.BadGateway, (await http.GetAsync("/api/auth/oidc/login", TestContext.Current.CancellationToken)).StatusCode);
        (await CliProcess.RunAsync(_folder.Path, "users", "add", "max", "--oidc-subject", "24400320", "--role", "viewer")).Exits(0);
        Assert.Contains("max", (await CliProcess.RunAsync(_folder.Path, "users")).Exits(0).Output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"http://[\d.]+:\d+")]
    private static partial Regex Plain();

    [GeneratedRegex(@"[\d.]+:")]
    private static partial Regex Port();

    [GeneratedRegex(@"https://[\d.]+:\d+")]
    private static partial Regex Address();
}
