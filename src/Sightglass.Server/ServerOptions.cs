using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sightglass.Server.Access;
using Sightglass.Server.Access.Tls;

namespace Sightglass.Server;

/// <summary>Where a server listens and what it limits.</summary>
public sealed record ServerOptions
{
    /// <summary>Gets the addresses to listen on, <c>http</c> or <c>https</c> and a host: of the loopback, or another one or <c>*</c>
    /// once there is an account to log in with. Port 0 takes a free one.</summary>
    /// <value><c>http://127.0.0.1:5080</c>.</value>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:5080"];

    /// <summary>Gets the certificate of the addresses with <c>https</c>.</summary>
    /// <value>None: there may be no such address.</value>
    public TlsOptions? Tls { get; init; }

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

    /// <summary>Gets the most bytes of the file of an import, as it is sent.</summary>
    /// <value>32 MiB.</value>
    public long MaxImportBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Gets the origins whose pages may use the API, such as <c>https://example.org</c>.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Gets the proxies, by address or network (<c>10.0.0.0/24</c>), whose <c>X-Forwarded-For</c>, <c>-Proto</c> and
    /// <c>-Host</c> are believed. Whoever can send from there can say where a request comes from: name the proxies alone.</summary>
    /// <value>None: the headers are ignored.</value>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Gets the names, without port, under which a server with login answers; loopback names are always among them.</summary>
    /// <value>None: any name.</value>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary>Gets how many requests a second a caller, or an address, may make for long, 10 or more; further ones are
    /// answered by 429.</summary>
    /// <value>2,000.</value>
    public int RequestsPerSecond { get; init; } = 2000;

    /// <summary>Gets how many requests a caller, or an address, may make at once after a pause, 1 or more.</summary>
    /// <value>10,000.</value>
    public int RequestBurst { get; init; } = 10_000;

    /// <summary>Gets how many connections may be open at once; further ones are closed.</summary>
    /// <value>10,000.</value>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Gets the most bytes of the line of a request, its path and query included, 1024 or more; a longer one is
    /// answered by 414.</summary>
    /// <value>8,192 bytes (8 KiB).</value>
    public int MaxRequestLineBytes { get; init; } = 8 * 1024;

    /// <summary>Gets the most bytes of a request's headers, 1024 or more; more are answered by 431.</summary>
    /// <value>32,768 bytes (32 KiB).</value>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>Gets how long a client may take to send a request's headers.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long a connection may stay open without a request.</summary>
    /// <value>130 seconds.</value>
    public TimeSpan IdleConnection { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>Gets the longest time without a frame on an event stream.</summary>
    /// <value>15 seconds.</value>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets whether executions are streamed to browsers when the server starts; it can be turned while it runs.</summary>
    /// <value><see langword="null"/>: as it was turned last, and true where it never was.</value>
    public bool? IsStreaming { get; init; }

    /// <summary>Gets how long a viewer may take to read what was sent before its stream is closed as lagging.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan SlowViewer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long a stop waits for requests under way.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan ShutdownTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the id of the pipeline that <c>POST /executions/{id}/start-streaming</c> runs.</summary>
    /// <value>None: that is refused.</value>
    public string? StreamingPipeline { get; init; }

    /// <summary>Gets the address under which a trace is looked at elsewhere, <c>http</c> or <c>https</c>, with <c>{traceId}</c> and
    /// maybe <c>{spanId}</c> for the ids: <c>https://traces.example.org/trace/{traceId}</c>. Stages that were handed a trace lead there.</summary>
    /// <value>None: the ids alone are shown.</value>
    public string? TraceUrl { get; init; }

    /// <summary>Gets how callers are told apart.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the server logs what it does.</summary>
    /// <value>Nowhere.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentException">An origin, a proxy, a name or the address of traces is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size or a count is below its least, or a time is not positive or longer than a day.</exception>
    internal ServerOptions Checked()
    {
        Access.Checked();
        Tls?.Checked();
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRunBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxImportBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestsPerSecond, 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestBurst, 1);
        CrossOrigin.Check(AllowedOrigins);
        Server.Access.TrustedProxies.Check(TrustedProxies);
        Server.Access.ServerNames.Check(ServerNames);
        if (TraceUrl is not null) TraceAddress.Check(TraceUrl);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestLineBytes, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHeaderBytes, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HeaderTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HeaderTime, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleConnection, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(IdleConnection, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Heartbeat, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Heartbeat, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SlowViewer, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SlowViewer, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(ShutdownTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ShutdownTime, TimeSpan.FromDays(1));
        return this;
    }
}
