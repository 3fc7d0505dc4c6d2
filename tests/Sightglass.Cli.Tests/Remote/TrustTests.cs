using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Remote;

/// <summary>To whom a token is shown.</summary>
public sealed partial class TrustTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Server_is_believed_when_its_certificate_is_trusted_and_never_else()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest("CN=sightglass.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
        _folder.Write("c.pem", certificate.ExportCertificatePem());
        _folder.Write("k.pem", key.ExportPkcs8PrivateKeyPem());
        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "https://127.0.0.1:0", "--tls-certificate", "c.pem", "--tls-key", "k.pem", "--require-token");
        var url = Address().Match(await server.WaitForAsync("Ctrl-C stops")).Value;

        var stranger = (await CliProcess.RunAsync(_folder.Path, "list", "--server", url, "--token-file", ".sightglass/start-token")).Exits(3);
        Assert.Contains("cannot prove who it is", stranger.Error, StringComparison.Ordinal);
        await using var trusting = CliProcess.StartWith(new Dictionary<string, string> { ["SSL_CERT_FILE"] = "c.pem" }, _folder.Path, "list", "--server", url, "--token-file", ".sightglass/start-token");
        Assert.Contains("Nothing runs", (await trusting.EndAsync()).Exits(0).Output, StringComparison.Ordinal);

        // Nor to one that speaks no TLS at all.
        var plain = (await CliProcess.RunAsync(_folder.Path, "list", "--server", url.Replace("https", "http", StringComparison.Ordinal), "--token-file", ".sightglass/start-token")).Exits(3);
        Assert.Contains("https", plain.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirection_is_not_followed_and_answers_of_another_kind_are_no_defect()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var answers = new Queue<string>([
            $"302 Found\r\nLocation: {url}/elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
            "200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
            "404 Not Found\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
        ]);
        var paths = new List<string>();
        var answering = AnswerAsync();
        foreach (var says in (string[])["sends callers elsewhere", "a sightglass server", "a sightglass server", "a sightglass server"])
        {
            var refused = await CliProcess.RunAsync(_folder.Path, "list", "--server", url, "--token", "sg_1");
            Assert.Contains(says, refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("report it", refused.Error, StringComparison.Ordinal);
            Assert.True(refused.ExitCode is 2 or 3, refused.Error);
        }

        await answering.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.All(paths, path => Assert.StartsWith("GET /api/executions ", path, StringComparison.Ordinal));

        async Task AnswerAsync()
        {
            while (answers.TryDequeue(out var answer))
            {
                using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                using var reader = new StreamReader(connection.GetStream(), leaveOpen: true);
                paths.Add(await reader.ReadLineAsync() ?? "");
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }

                await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 " + answer), TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task Token_is_warned_of_when_others_on_the_way_can_read_it()
    {
        var exposed = (await CliProcess.RunAsync(_folder.Path, "list", "--server", "http://sightglass.invalid", "--token", "sg_1")).Exits(3);

        Assert.Contains("Warning: http://sightglass.invalid is not encrypted", exposed.Error, StringComparison.Ordinal);
        Assert.Contains("no host 'sightglass.invalid'", exposed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sg_1", exposed.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"https://[\d.]+:\d+")]
    private static partial Regex Address();
}
