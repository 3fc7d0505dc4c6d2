using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;

namespace Sightglass.Server.Access;

/// <summary>The proxies whose word on where a request comes from is believed; nobody's by default.</summary>
internal static class TrustedProxies
{
    /// <summary>Lets the address, scheme and host that trusted proxies name stand for the connection's own. Each proxy is believed
    /// on what is before it: the first address from the right that is no proxy's is the caller's, whatever that one claims.</summary>
    public static void Use(WebApplication app, IReadOnlyList<string> proxies)
    {
        if (proxies.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies) options.KnownIPNetworks.Add(Parse(proxy)!.Value);

        // A socket has no address, which the framework takes for a known one.
        app.UseWhen(static context => !LocalConnection.Is(context), branch => branch.UseForwardedHeaders(options));
    }

    /// <summary>Refuses what is no proxy's address: a mistake here would let anybody say where they come from.</summary>
    /// <exception cref="ArgumentException">One is neither an address nor a network, or everybody's.</exception>
    public static void Check(IReadOnlyList<string> proxies)
    {
        if (proxies.Count > AccessLimits.MaxTrustedProxies) throw new ArgumentException($"There may be {AccessLimits.MaxTrustedProxies} trusted proxies; name their network, such as 10.0.0.0/24.");
        foreach (var proxy in proxies)
        {
            if (Parse(proxy) is not { } network) throw new ArgumentException($"'{proxy}' is no trusted proxy; write its address, such as 10.0.0.1, or a network, such as 10.0.0.0/24.");
            if (network.PrefixLength == 0) throw new ArgumentException($"'{proxy}' is everybody, and anybody could say where they come from; name the proxies alone.");
        }
    }

    private static System.Net.IPNetwork? Parse(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
