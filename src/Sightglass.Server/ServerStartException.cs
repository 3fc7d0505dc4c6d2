namespace Sightglass.Server;

/// <summary>The server cannot start; the message says why and what to do, in one sentence for people.</summary>
public sealed class ServerStartException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">Stable code: <c>login_required</c>, <c>bad_address</c>, <c>port_in_use</c>, <c>port_forbidden</c>,
    /// <c>socket_in_use</c>, <c>socket_unusable</c>, <c>tls_unreadable</c>, <c>tls_key</c>, <c>tls_password</c>.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The error behind it.</param>
    public ServerStartException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>Gets the stable code.</summary>
    public string Code { get; }
}
