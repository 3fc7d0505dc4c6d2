using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access;

/// <summary>Where a request comes from.</summary>
internal static class RequestAddress
{
    /// <summary>Gives the address of the other end, or <c>socket</c>.</summary>
    public static string Of(HttpContext context) =>
        LocalConnection.Is(context) ? "socket" : context.Connection.RemoteIpAddress is { } address ? Plain(address).ToString() : "unknown";

    /// <summary>Gives what counts as one place: of IPv6 the network, since whoever has one address there has them all.</summary>
    public static string PlaceOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } remote) return "unknown";
        var address = Plain(remote);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
