namespace Sightglass.Server.Access;

/// <summary>How a caller is known.</summary>
internal enum CallerKind
{
    /// <summary>By the loopback of this machine, where there is no login.</summary>
    Local,

    /// <summary>By the socket that only the owner of the process can open.</summary>
    Socket,

    /// <summary>By an API token.</summary>
    Token,

    /// <summary>By a login.</summary>
    Session,
}
