using System.Net;

namespace Sightglass.Server.Access;

/// <summary>An address to listen on.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Addresses">The loopback addresses it stands for.</param>
/// <param name="Port">The port; 0 takes a free one.</param>
internal sealed record ListenAddress(string Text, IReadOnlyList<IPAddress> Addresses, int Port)
{
    /// <summary>Reads an address.</summary>
    /// <exception cref="ServerStartException">It is none, or not of the loopback.</exception>
    public static ListenAddress Parse(string text)
    {
        // The wildcards of other servers are no hosts of a URI.
        var isWildcard = text.Contains("://*", StringComparison.Ordinal) || text.Contains("://+", StringComparison.Ordinal);
        if (isWildcard) throw NotLoopback(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
            throw new ServerStartException("bad_address", $"'{text}' is no address to listen on; write it as http://127.0.0.1:5080.");
        if (uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return new ListenAddress(text, Scheme(uri, Localhost(uri.Port)), uri.Port);
        if (!IPAddress.TryParse(uri.DnsSafeHost, out var address) || !IPAddress.IsLoopback(address)) throw NotLoopback(text);
        return new ListenAddress(text, Scheme(uri, [address]), uri.Port);
    }

    // Two sockets cannot take the same free port.
    private static IReadOnlyList<IPAddress> Localhost(int port) =>
        port != 0 && System.Net.Sockets.Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];

    private static IReadOnlyList<IPAddress> Scheme(Uri uri, IReadOnlyList<IPAddress> addresses) => uri.Scheme == "http"
        ? addresses
        : throw new ServerStartException("bad_address", $"'{uri.OriginalString}' asks for https, which is not served yet; use http on the loopback.");

    private static ServerStartException NotLoopback(string text) =>
        new("login_required", $"'{text}' can be reached from other machines, and that needs login, which does not exist yet; use http://127.0.0.1:5080.");
}
