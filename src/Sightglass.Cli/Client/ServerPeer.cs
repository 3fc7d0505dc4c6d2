using System.Net.Sockets;
using System.Security.Authentication;
using Sightglass.Cli.Commands;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Client;

/// <summary>A server over the network.</summary>
internal sealed class ServerPeer(ServerAddress server) : ApiPeer
{
    public override string Name => "The server " + server.Shown;

    public override TimeSpan AnswerTime => CliLimits.AnswerTime;

    public override CommandRefusedException Lost(Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new ServerLostException($"There is no host '{server.Base.Host}', or its name cannot be looked up now; check the address given by --server.", error) { IsUnsent = true },
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Insecure(error),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new ServerLostException($"{Name} cannot be reached ({Reason(error)}). Check that it runs, that address and port are right, and that no firewall stands between.", error) { IsUnsent = true },
        OperationCanceledException => new ServerLostException($"{Name} did not answer within {AnswerTime.TotalSeconds:0} s; try again.", error),
        _ => new ServerLostException($"{Name} broke off its answer ({Reason(error)}); try again{(server.Base.Scheme == Uri.UriSchemeHttp ? ", or is the address one of https://?" : ".")}", error),
    };

    public override CommandRefusedException Refused(int exitCode, int status, string code, string message)
    {
        var words = TerminalText.Clean(message);
        return (status, server.Token) switch
        {
            (401, null) => new CommandRefusedException(exitCode, $"{Name} asks for a login ({code}): show an API token with --token-file FILE, SIGHTGLASS_TOKEN or --token. 'sightglass tokens create' makes one where the server runs."),
            (401, _) => new CommandRefusedException(exitCode, $"{Name} does not take the token ({code}): {words}"),
            _ => new CommandRefusedException(exitCode, $"{words} ({code})"),
        };
    }

    private CommandRefusedException Insecure(Exception error)
    {
        // Another certificate a moment later would be no better: this is not tried again.
        return error.InnerException is AuthenticationException trust && trust.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
            ? new CommandRefusedException(ExitCodes.Unavailable, $"{Name} cannot prove who it is, so nothing was sent to it: {TerminalText.Clean(trust.Message.TrimEnd('.'))}. The certificate of an authority of your own is trusted by SSL_CERT_FILE=FILE.", error)
            : new ServerLostException($"{Name} does not speak TLS there, or broke off ({Reason(error)}); is the address one of http:// or another port?", error);
    }

    private static string Reason(Exception error)
    {
        var inner = error;
        while (inner.InnerException is { } next) inner = next;
        return TerminalText.Clean((inner is SocketException socket ? socket.Message : inner.Message).TrimEnd('.'));
    }
}
