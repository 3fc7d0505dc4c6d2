using System.Net;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>A server that a command talks to over the network, and what it shows there in place of a login.</summary>
/// <param name="Base">Its address, with a slash at the end.</param>
/// <param name="Token">The API token; <see langword="null"/> where none is shown.</param>
internal sealed record ServerAddress(Uri Base, string? Token)
{
    /// <summary>Gets the address as it is shown and typed.</summary>
    public string Shown => Base.AbsoluteUri.TrimEnd('/');

    /// <summary>Gets whether others on the way can read the token.</summary>
    public bool ExposesToken => Token is not null && Base.Scheme == Uri.UriSchemeHttp && !IsLoopback;

    /// <summary>Gets whether the server is on this machine.</summary>
    public bool IsLoopback => Base.IsLoopback || (IPAddress.TryParse(Base.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Reads an address.</summary>
    /// <exception cref="CommandRefusedException">It is none that a server has.</exception>
    public static ServerAddress Parse(string text, string? token)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.Host.Length == 0)
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{text}' is no address of a server; write it whole, such as https://sightglass.example.org or http://127.0.0.1:5080.");
        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new CommandRefusedException(ExitCodes.Invalid, "The address of a server has no name, password or query in it; a login is shown by --token-file, --token or SIGHTGLASS_TOKEN.");
        return new ServerAddress(uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/"), token);
    }
}
