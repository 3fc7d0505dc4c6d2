using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Sightglass.Server.Access.Tls;

/// <summary>The certificate that is shown at the moment. Its files are read again now and then, so that it can be renewed
/// while the server runs; what cannot be used leaves the one before in place. Safe for concurrent use.</summary>
internal sealed class ServerCertificate : IDisposable
{
    private readonly TlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    // Owned by the timer, one call of which runs at a time.
    private readonly Lock _turn = new();
    private string _stamp = "";
    private string _told = "";
    private X509Certificate2 _leaf = null!;

    private volatile SslServerAuthenticationOptions _current = null!;

    /// <summary>Reads a certificate.</summary>
    /// <exception cref="ServerStartException">It cannot be used.</exception>
    public ServerCertificate(TlsOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        Use(CertificateFiles.Read(options));
        _timer = time.CreateTimer(static self => ((ServerCertificate)self!).LookAgain(), this, options.Reload, options.Reload);
    }

    /// <summary>Gets how the next connection is encrypted.</summary>
    public SslServerAuthenticationOptions Current => _current;

    public void Dispose() => _timer.Dispose();

    private void LookAgain()
    {
        if (!_turn.TryEnter()) return;
        try
        {
            var files = CertificateFiles.Read(_options);
            if (files.Stamp != _stamp)
            {
                Use(files);
                ServerLog.CertificateRenewed(_logger, Day(_leaf.NotAfter));
            }
            else
            {
                WarnOfTimes();
            }
        }
        catch (ServerStartException e)
        {
            // Half of the files may be in place: it is tried each time, and said once.
            if (_told != e.Message) ServerLog.CertificateUnusable(_logger, e.Message);
            _told = e.Message;
        }
        finally
        {
            _turn.Exit();
        }
    }

    private void Use(CertificateFiles files)
    {
        var (leaf, chain) = CertificateReader.Read(files);

        // Connections that are being made hold the certificate before: the last of them lets it go.
        _current = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
        };
        (_leaf, _stamp, _told) = (leaf, files.Stamp, "");
        WarnOfTimes();
    }

    private void WarnOfTimes()
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var (begin, end) = (_leaf.NotBefore.ToUniversalTime(), _leaf.NotAfter.ToUniversalTime());
        var warning = now > end ? $"expired on {Day(end)}: browsers refuse it"
            : now < begin ? $"is good from {Day(begin)} on only: browsers refuse it until then"
            : now > end - TlsLimits.ExpiresSoon ? $"expires on {Day(end)}"
            : "";
        if (warning.Length > 0 && warning != _told) ServerLog.CertificateTime(_logger, _options.CertificatePath, warning);
        _told = warning;
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
