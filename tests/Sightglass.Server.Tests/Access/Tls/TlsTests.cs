using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sightglass.Server.Access.Tls;
using Xunit;

namespace Sightglass.Server.Tests.Access.Tls;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sg-tls-").FullName;

    [Theory]
    [InlineData("pem")]
    [InlineData("one pem")]
    [InlineData("locked pem")]
    [InlineData("pfx")]
    [InlineData("locked pfx")]
    public async Task Server_shows_its_certificate_whatever_file_it_comes_from(string kind)
    {
        using var certificate = TestCertificate.Create();
        await using var server = await StartAsync(Write(kind, certificate));
        using var client = Client(server, out var seen);

        using var answer = await client.GetAsync("/api/pipelines");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([certificate.Thumbprint], seen);
    }

    [Fact]
    public async Task Certificates_before_the_root_are_sent_when_the_file_holds_them()
    {
        using var root = TestCertificate.Create("CN=root.test", isAuthority: true);
        using var middle = TestCertificate.Create("CN=middle.test", issuer: root, isAuthority: true);
        using var leaf = TestCertificate.Create("CN=leaf.test", issuer: middle);
        var path = Write("chain.pem", leaf.ExportCertificatePem() + "\n" + middle.ExportCertificatePem() + "\n" + TestCertificate.KeyOf(leaf));
        await using var server = await StartAsync(new TlsOptions { CertificatePath = path });
        X509Certificate2[] sent = [];
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, chain, _) => (sent = [.. chain!.ChainPolicy.ExtraStore]).Length >= 0;
        using var client = new HttpClient(handler) { BaseAddress = Address(server) };

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
        Assert.Contains(middle.Thumbprint, sent.Select(c => c.Thumbprint));
    }

    [Fact]
    public async Task Requests_and_sockets_come_over_http2()
    {
        using var certificate = TestCertificate.Create();
        await using var server = await StartAsync(Write("pem", certificate), Some.Hello);
        using var handler = Trusting(out _);
        using var client = new HttpClient(handler, disposeHandler: false) { BaseAddress = Address(server), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.GetAsync("/api/pipelines");
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (answer.StatusCode, answer.Version));

        using var stop = new CancellationTokenSource(ServerHarness.Limit);
        var id = await server.RunToEndAsync("hello", """{"input":{"name":"Ada"}}""");
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new UriBuilder(Address(server)) { Scheme = "wss", Path = "/ws" }.Uri, client, stop.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"type":"subscribe","executionId":"{{id}}"}"""), WebSocketMessageType.Text, true, stop.Token);
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), stop.Token);
        Assert.Contains(id.ToString(), Encoding.UTF8.GetString(buffer, 0, received.Count), StringComparison.Ordinal);

        using var stream = await client.GetAsync($"/api/executions/{id}/events?format=sse", HttpCompletionOption.ResponseHeadersRead, stop.Token);
        Assert.Equal(HttpVersion.Version20, stream.Version);
    }

    [Fact]
    public async Task Session_goes_over_encrypted_connections_alone_when_it_began_on_one()
    {
        using var certificate = TestCertificate.Create();
        await using var server = await StartAsync(Write("pem", certificate));
        await server.AddUserAsync("ada", "admin");
        using var client = Client(server, out _);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = new StringContent("""{"name":"ada","password":"correct horse battery"}""", Encoding.UTF8, "application/json") };
        request.Headers.Host = "sightglass.test";
        request.Headers.Add("Origin", "https://sightglass.test");
        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/pipelines");
        again.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var known = await client.SendAsync(again);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);

        // A rule for a loopback name would hold for all that is tried out there.
        Assert.False(known.Headers.Contains("Strict-Transport-Security"));
        Assert.False((await server.GetAsync("/healthz", ("Host", "sightglass.test"))).Response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Certificate_is_renewed_without_a_restart_and_stays_while_the_new_files_do_not_fit()
    {
        using var first = TestCertificate.Create();
        using var second = TestCertificate.Create("CN=second.test");
        var time = new ManualTime();
        var log = new LogSignal();
        var options = Write("pem", first);
        await using var server = await ServerHarness.StartAsync(o => Encrypted(o, options) with { Time = time, LoggerFactory = log });
        Assert.Equal(first.Thumbprint, await ShownAsync(server));

        // The certificate is there already, its key is not.
        await File.WriteAllTextAsync(options.CertificatePath, second.ExportCertificatePem());
        time.Advance(options.Reload);
        await log.Of(2021);
        Assert.Equal(first.Thumbprint, await ShownAsync(server));

        await File.WriteAllTextAsync(options.KeyPath!, TestCertificate.KeyOf(second));
        time.Advance(options.Reload);
        await log.Of(2020);
        Assert.Equal(second.Thumbprint, await ShownAsync(server));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(10, true)]
    [InlineData(60, false)]
    public async Task Certificate_is_warned_of_when_it_has_expired_or_soon_will(int days, bool isWarned)
    {
        var time = new ManualTime();
        using var certificate = TestCertificate.Create(end: time.GetUtcNow().AddDays(days));
        var log = new LogSignal();
        var options = Write("pem", certificate);
        await using var server = await ServerHarness.StartAsync(o => Encrypted(o, options) with { Time = time, LoggerFactory = log });
        Assert.Equal(certificate.Thumbprint, await ShownAsync(server));
        Assert.Equal(isWarned, log.Has(2022));
        time.Advance(TimeSpan.FromDays(50));
        Assert.True(log.Has(2022));
    }

    [Theory]
    [InlineData("nothing", "tls_unreadable", "does not exist")]
    [InlineData("empty", "tls_unreadable", "is empty")]
    [InlineData("text", "tls_unreadable", "neither PEM nor PKCS #12")]
    [InlineData("broken", "tls_unreadable", "cannot be read")]
    [InlineData("large", "tls_unreadable", "more than 1024 KiB")]
    [InlineData("folder", "tls_unreadable", "cannot be read")]
    [InlineData("no key", "tls_key", "--tls-key")]
    [InlineData("key alone", "tls_unreadable", "holds no certificate")]
    [InlineData("other key", "tls_key", "does not belong")]
    [InlineData("other kind of key", "tls_key", "does not belong")]
    [InlineData("other locked key", "tls_key", "does not belong")]
    [InlineData("key twice", "tls_key", "leave --tls-key out")]
    [InlineData("pfx without key", "tls_key", "holds no private key")]
    [InlineData("no password", "tls_password", "--tls-password-file")]
    [InlineData("wrong password", "tls_password", "--tls-password-file")]
    [InlineData("wrong pfx password", "tls_password", "--tls-password-file")]
    [InlineData("missing password", "tls_unreadable", "password")]
    public async Task Start_says_what_is_wrong_when_the_certificate_cannot_be_used(string kind, string code, string says)
    {
        using var certificate = TestCertificate.Create();
        using var other = TestCertificate.Create();
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var good = certificate.ExportCertificatePem();
        var options = kind switch
        {
            "nothing" => new TlsOptions { CertificatePath = Path.Combine(_folder, "none.pem") },
            "empty" => new TlsOptions { CertificatePath = Write("c.pem", "") },
            "text" => new TlsOptions { CertificatePath = Write("c.pem", "a certificate, really") },
            "broken" => new TlsOptions { CertificatePath = Write("c.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") },
            "large" => new TlsOptions { CertificatePath = Write("c.pem", new string('x', 1024 * 1024 + 1)) },
            "folder" => new TlsOptions { CertificatePath = _folder },
            "no key" => new TlsOptions { CertificatePath = Write("c.pem", good) },
            "key alone" => new TlsOptions { CertificatePath = Write("c.pem", TestCertificate.KeyOf(certificate)) },
            "other key" => new TlsOptions { CertificatePath = Write("c.pem", good), KeyPath = Write("k.pem", TestCertificate.KeyOf(other)) },
            "other kind of key" => new TlsOptions { CertificatePath = Write("c.pem", good), KeyPath = Write("k.pem", rsa.ExportPkcs8PrivateKeyPem()) },
            "other locked key" => Write("locked pem", other) with { CertificatePath = Write("c2.pem", good) },
            "key twice" => Write("pfx", certificate) with { KeyPath = Write("k.pem", TestCertificate.KeyOf(certificate)) },
            "pfx without key" => new TlsOptions { CertificatePath = Write("c.pfx", new X509Certificate2Collection(X509CertificateLoader.LoadCertificate(certificate.RawData)).Export(X509ContentType.Pkcs12)!) },
            "no password" => Write("locked pem", certificate) with { PasswordPath = null },
            "wrong password" => Write("locked pem", certificate) with { PasswordPath = Write("p.txt", "wrong") },
            "wrong pfx password" => Write("locked pfx", certificate) with { PasswordPath = Write("p.txt", "wrong") },
            _ => Write("locked pem", certificate) with { PasswordPath = Path.Combine(_folder, "none.txt") },
        };
        var error = await Assert.ThrowsAsync<ServerStartException>(() => StartAsync(options));
        Assert.True(code == error.Code, error.ToString());
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_is_refused_when_no_address_shows_the_certificate()
    {
        using var certificate = TestCertificate.Create();
        var options = Write("pem", certificate);
        var error = await Assert.ThrowsAsync<ServerStartException>(() => ServerHarness.StartAsync(o => o with { Tls = options }));
        Assert.Equal("bad_address", error.Code);
        Assert.Contains("--urls https://", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<ServerHarness> StartAsync(TlsOptions tls, params string[] pipelines) => ServerHarness.StartAsync(o => Encrypted(o, tls), pipelines: pipelines);

    private static ServerOptions Encrypted(ServerOptions options, TlsOptions tls) => options with { Urls = ["http://127.0.0.1:0", "https://127.0.0.1:0"], Tls = tls };

    private static Uri Address(ServerHarness server) => new(server.Addresses.Single(a => a.StartsWith("https://", StringComparison.Ordinal)));

    private static HttpClient Client(ServerHarness server, out List<string> seen) => new(Trusting(out seen)) { BaseAddress = Address(server), Timeout = ServerHarness.Limit };

    private static SocketsHttpHandler Trusting(out List<string> seen)
    {
        List<string> thumbprints = seen = [];
        var handler = new SocketsHttpHandler { UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            thumbprints.Add(((X509Certificate2)shown!).Thumbprint);
            return shown is not null;
        };
        return handler;
    }

    private static async Task<string> ShownAsync(ServerHarness server)
    {
        using var client = Client(server, out var seen);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
        return Assert.Single(seen);
    }

    private TlsOptions Write(string kind, X509Certificate2 certificate)
    {
        const string Password = "päss word";
        var pem = certificate.ExportCertificatePem() + "\n";
        return kind switch
        {
            "pem" => new TlsOptions { CertificatePath = Write("c.pem", pem), KeyPath = Write("k.pem", TestCertificate.KeyOf(certificate)) },
            "one pem" => new TlsOptions { CertificatePath = Write("c.pem", pem + TestCertificate.KeyOf(certificate)) },
            "locked pem" => new TlsOptions { CertificatePath = Write("c.pem", pem), KeyPath = Write("k.pem", TestCertificate.LockedKeyOf(certificate, Password)), PasswordPath = Write("p.txt", Password + "\n") },
            "pfx" => new TlsOptions { CertificatePath = Write("c.pfx", certificate.Export(X509ContentType.Pkcs12)) },
            _ => new TlsOptions { CertificatePath = Write("c.pfx", certificate.Export(X509ContentType.Pkcs12, Password)), PasswordPath = Write("p.txt", Password + "\r\nfurther") },
        };
    }

    private string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
