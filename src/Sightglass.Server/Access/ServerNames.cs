using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access;

/// <summary>The names under which a server with login is asked; any by default.</summary>
internal static class ServerNames
{
    /// <summary>Tells whether a Host is one of the names. Loopback names always are: health is asked for there.</summary>
    public static bool Has(IReadOnlyList<string> names, HostString host)
    {
        if (names.Count == 0 || RequestGuard.IsLoopback(host)) return true;
        foreach (var name in names)
        {
            if (host.Host.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>Refuses what is no name.</summary>
    /// <exception cref="ArgumentException">One has more than a name, or none.</exception>
    public static void Check(IReadOnlyList<string> names)
    {
        if (names.Count > AccessLimits.MaxServerNames) throw new ArgumentException($"A server may have {AccessLimits.MaxServerNames} names.");
        foreach (var name in names)
        {
            var bare = name.StartsWith('[') && name.EndsWith(']') ? name[1..^1] : name;
            if (Uri.CheckHostName(bare) == UriHostNameType.Unknown || (IPAddress.TryParse(bare, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && bare == name))
                throw new ArgumentException($"'{name}' is no name of a server; write it without scheme and port, such as example.org or [2001:db8::1].");
        }
    }
}
