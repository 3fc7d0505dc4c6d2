using System.CommandLine;
using Sightglass.Server;
using Sightglass.Server.Access;
using Sightglass.Server.Access.Tls;

namespace Sightglass.Cli.Commands;

/// <summary>The options of <c>serve</c> that say where it listens and whom it trusts.</summary>
internal sealed class NetworkOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    private const string DefaultTlsUrl = "https://127.0.0.1:5080";

    private readonly Option<string[]> _urls = new("--urls") { Description = $"Addresses to listen on (default: {DefaultUrl}, or with a certificate {DefaultTlsUrl}); port 0 takes a free one.", HelpName = "URL", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _certificate = new("--tls-certificate") { Description = "The certificate of https addresses: PEM (with those between it and its root), or PKCS #12 with its key. A file that changes is read again.", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "The PEM file of the certificate's private key, where it is another one.", HelpName = "FILE" };
    private readonly Option<string?> _password = new("--tls-password-file") { Description = "A file whose first line is the password of the key.", HelpName = "FILE" };
    private readonly Option<string[]> _origins = new("--allow-origin") { Description = "An origin whose pages may use the API, such as https://example.org; may be given several times (default: none).", HelpName = "ORIGIN" };

    private readonly Option<string[]> _proxies = new("--trusted-proxy") { Description = "A proxy, by address or network (10.0.0.0/24), whose X-Forwarded-For, -Proto and -Host are believed; may be given several times (default: none).", HelpName = "CIDR" };
    private readonly Option<string[]> _names = new("--server-name") { Description = "A name under which a server with login answers, without port; may be given several times (default: any).", HelpName = "NAME" };

    private readonly Option<string?> _traces = new("--trace-url") { Description = "Where traces are looked at, such as https://traces.example.org/trace/{traceId}: stages that were handed a trace lead there (default: nowhere).", HelpName = "URL" };

    private readonly OidcFlags _oidc = new();

    public void AddAddresses(Command command)
    {
        command.Options.Add(_urls);
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Options.Add(_password);
    }

    public void AddTrust(Command command)
    {
        command.Options.Add(_origins);
        command.Options.Add(_proxies);
        command.Options.Add(_names);
        command.Options.Add(_traces);
        _oidc.Add(command);
    }

    /// <exception cref="CommandRefusedException">An option asks for another one.</exception>
    public ServerOptions Read(ParseResult parsed)
    {
        var urls = (parsed.GetValue(_urls) ?? []).SelectMany(u => u.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        var tls = TlsOf(parsed);
        return new ServerOptions
        {
            Urls = urls.Count > 0 ? urls : [tls is null ? DefaultUrl : DefaultTlsUrl],
            Tls = tls,
            AllowedOrigins = parsed.GetValue(_origins) ?? [],
            TrustedProxies = parsed.GetValue(_proxies) ?? [],
            ServerNames = parsed.GetValue(_names) ?? [],
            TraceUrl = parsed.GetValue(_traces),
            Access = new AccessOptions { Oidc = _oidc.Read(parsed) },
        };
    }

    private TlsOptions? TlsOf(ParseResult parsed)
    {
        var (key, password) = (parsed.GetValue(_key), parsed.GetValue(_password));
        if (parsed.GetValue(_certificate) is { } certificate) return new TlsOptions { CertificatePath = Path.GetFullPath(certificate), KeyPath = Full(key), PasswordPath = Full(password) };
        return key is null && password is null ? null : throw new CommandRefusedException(ExitCodes.Invalid, $"{(key is null ? "--tls-password-file" : "--tls-key")} belongs to a certificate; name its file with --tls-certificate.");

        // The folder that is current now stays meant when the files are read again.
        static string? Full(string? path) => path is null ? null : Path.GetFullPath(path);
    }
}
