using System.Net;
using System.Net.Sockets;

namespace Sightglass.Core.Stages.Http;

/// <summary>
/// Keeps outgoing requests away from this machine and its network: a pipeline's text must not be able to reach what only
/// the server can. The address that is connected to is what is checked, so that neither a name nor a redirect helps.
/// </summary>
public static class AddressGuard
{
    /// <summary>Says whether an address belongs to the public internet: not private, loopback, link-local, metadata,
    /// multicast or reserved, also where it is written in IPv6.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? IsPublic4(bytes) : IsPublic6(bytes);
    }

    /// <summary>Says whether an address may be connected to: a public one, or one of a host that is allowed by its name.</summary>
    /// <param name="host">The host that was asked for.</param>
    /// <param name="port">The port.</param>
    /// <param name="address">One of its addresses.</param>
    /// <param name="allowPrivateNetworks">Whether every address may.</param>
    /// <param name="allowedHosts">The hosts that may have other addresses, as <c>host</c> or <c>host:port</c>.</param>
    public static bool IsAllowed(string host, int port, IPAddress address, bool allowPrivateNetworks, IReadOnlyCollection<string> allowedHosts)
    {
        ArgumentNullException.ThrowIfNull(allowedHosts);
        return allowPrivateNetworks
            || IsPublic(address)
            || allowedHosts.Any(allowed => allowed.Equals(host, StringComparison.OrdinalIgnoreCase) || allowed.Equals($"{host}:{port}", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Connects to the first public address of a host; meant for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <param name="context">The host and port.</param>
    /// <param name="isAllowed">Says whether an address may be connected to.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="AddressRefusedException">The host has addresses, all of them refused.</exception>
    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, Func<string, int, IPAddress, bool> isAllowed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(isAllowed);
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = addresses.Where(address => isAllowed(host, port, address)).ToArray();
        if (allowed.Length == 0 && addresses.Length > 0)
            throw new AddressRefusedException(host, addresses[0]);

        SocketException? last = null;
        foreach (var address in allowed)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                last = e;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static bool IsPublic4(ReadOnlySpan<byte> a) => (a[0], a[1], a[2]) switch
    {
        (0 or 10 or 127, _, _) => false,
        (100, >= 64 and < 128, _) => false,
        (169, 254, _) => false,
        (172, >= 16 and < 32, _) => false,
        (192, 0, 0 or 2) => false,
        (192, 88, 99) => false,
        (192, 168, _) => false,
        (198, 18 or 19, _) => false,
        (198, 51, 100) => false,
        (203, 0, 113) => false,
        ( >= 224, _, _) => false,
        _ => true,
    };

    private static bool IsPublic6(ReadOnlySpan<byte> a)
    {
        if (a.StartsWith((ReadOnlySpan<byte>)[0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])) // NAT64
            return IsPublic4(a[12..]);
        if (a[0] is < 0x20 or > 0x3f) // Only 2000::/3 is given out as global unicast.
            return false;
        return (a[0], a[1], a[2], a[3]) switch
        {
            (0x20, 0x01, <= 0x01, _) => false, // Teredo and other protocol assignments
            (0x20, 0x01, 0x0d, 0xb8) => false,
            (0x20, 0x02, _, _) => IsPublic4(a[2..]), // 6to4
            (0x3f, 0xff, < 0x10, _) => false,
            _ => true,
        };
    }
}
