using System.Net;

namespace Sightglass.Server.Access;

/// <summary>An address to listen on.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Addresses">The addresses it stands for; none where it names a host that is no address.</param>
/// <param name="Port">The port; 0 takes a free one.</param>
/// <param name="IsTls">Whether connections are encrypted.</param>
internal sealed record ListenAddress(string Text, IReadOnlyList<IPAddress> Addresses, int Port, bool IsTls)
{
    private bool IsLoopback => Addresses.Count > 0 && Addresses.All(IPAddress.IsLoopback);

    /// <summary>Reads an address.</summary>
    /// <exception cref="ServerStartException">It is none.</exception>
    public static ListenAddress Parse(string text)
    {
        // The wildcards of other servers are no hosts of a URI.
        var plain = text.Replace("://*", "://[::]", StringComparison.Ordinal).Replace("://+", "://[::]", StringComparison.Ordinal);
        if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
            throw new ServerStartException("bad_address", $"'{text}' is no address to listen on; write it as http://127.0.0.1:5080.");
        IReadOnlyList<IPAddress> addresses = uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? Localhost(uri.Port)
            : IPAddress.TryParse(uri.DnsSafeHost, out var address) ? [Any(address)]
            : [];
        return new ListenAddress(text, addresses, uri.Port, uri.Scheme == "https");
    }

    /// <summary>Refuses what can be reached from other machines while everybody there would be its owner, and <c>https</c> without
    /// a certificate.</summary>
    /// <exception cref="ServerStartException">The address needs login and there is none, it needs a certificate and there is none, or it
    /// names no address of this machine.</exception>
    public void Check(bool hasAccounts, bool hasCertificate)
    {
        if (IsTls && !hasCertificate)
            throw new ServerStartException("bad_address", $"'{Text}' asks for https, and there is no certificate: name its file with --tls-certificate.");
        if (IsLoopback) return;
        if (!hasAccounts)
            throw new ServerStartException("login_required", $"'{Text}' can be reached from other machines, and that needs login: make the first account with 'sightglass users add NAME --role admin', or listen on http://127.0.0.1:5080.");
        if (Addresses.Count == 0)
            throw new ServerStartException("bad_address", $"'{Text}' names a host; name an address of this machine instead, or * for all of them.");
    }

    // Two sockets cannot take the same free port.
    private static IReadOnlyList<IPAddress> Localhost(int port) =>
        port != 0 && System.Net.Sockets.Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];

    private static IPAddress Any(IPAddress address) => address.Equals(IPAddress.IPv6Any) && !System.Net.Sockets.Socket.OSSupportsIPv6 ? IPAddress.Any : address;
}
