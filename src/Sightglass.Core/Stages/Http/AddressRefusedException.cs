using System.Net;

namespace Sightglass.Core.Stages.Http;

/// <summary>A connection to an address that is not public was refused.</summary>
/// <param name="host">The host that was asked for.</param>
/// <param name="address">One of its addresses.</param>
public sealed class AddressRefusedException(string host, IPAddress address)
    : Exception($"'{host}' is {(host.Trim('[', ']') == address.ToString() ? "" : $"{address}, ")}an address of this machine or of a private network; allow the host in the settings if stages may reach it.")
{
    /// <summary>Gets the host that was asked for.</summary>
    public string Host => host;

    /// <summary>Gets one of its addresses.</summary>
    public IPAddress Address => address;
}
