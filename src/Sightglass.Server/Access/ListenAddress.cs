using System.Net;

namespace Sightglass.Server.Access;

/// <summary>An address to listen on.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Addresses">The addresses it stands for; none where it names a host that is no address.</param>
/// <param name="Port">The port; 0 takes a free one.</param>
internal sealed record ListenAddress(string Text, IReadOnlyList<IPAddress> Addresses, int Port)
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
        if (uri.Scheme != "http") throw new ServerStartException("bad_address", $"'{text}' asks for https, which is not served yet; use http on the loopback.");
        if (uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return new ListenAddress(text, Localhost(uri.Port), uri.Port);
        return new ListenAddress(text, IPAddress.TryParse(uri.DnsSafeHost, out var address) ? [Any(address)] : [], uri.Port);
    }

    /// <summary>Refuses what can be reached from other machines while everybody there would be its owner.</summary>
    /// <exception cref="ServerStartException">The address needs login and there is none, or it names no address of this machine.</exception>
    public void Check(bool hasAccounts)
    {
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
