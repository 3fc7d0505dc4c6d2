using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sightglass.Server;

/// <summary>Where a server listens and what it limits.</summary>
public sealed record ServerOptions
{
    /// <summary>Gets the addresses to listen on: <c>http</c> and a loopback host; port 0 takes a free one.</summary>
    /// <value><c>http://127.0.0.1:5080</c>.</value>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:5080"];

    /// <summary>Gets the path of a Unix socket to listen on as well. Only the owner of the process can open it, and who
    /// does is trusted as that owner.</summary>
    /// <value>None.</value>
    public string? UnixSocketPath { get; init; }

    /// <summary>Gets the most bytes of a request's body.</summary>
    /// <value>1 MiB.</value>
    public long MaxRequestBytes { get; init; } = 1024 * 1024;

    /// <summary>Gets the most bytes of the body that starts a run.</summary>
    /// <value>10 MiB.</value>
    public long MaxRunBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Gets how many connections may be open at once; further ones are closed.</summary>
    /// <value>1000.</value>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>Gets the longest time without a frame on an event stream.</summary>
    /// <value>15 seconds.</value>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets how long a viewer may take to read what was sent before its stream is closed as lagging.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan SlowViewer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long a stop waits for requests under way.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan ShutdownTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the server logs what it does.</summary>
    /// <value>Nowhere.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
