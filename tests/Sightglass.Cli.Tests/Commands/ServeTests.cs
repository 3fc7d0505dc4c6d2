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
    [InlineData("'0.0.0.0/0' is everybody", "--trusted-proxy", "0.0.0.0/0")]
    [InlineData("without scheme and port", "--server-name", "https://example.org")]
    public async Task Start_is_refused_when_the_options_do_not_fit_together(string says, params string[] options) =>
        Assert.Contains(says, (await CliProcess.RunAsync(_folder.Path, ["serve", .. options])).Exits(2).Error, StringComparison.Ordinal);

    [GeneratedRegex(@"https://[\d.]+:\d+")]
    private static partial Regex Address();
}
