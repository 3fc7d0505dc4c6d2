using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Core.Webhooks;
using Sightglass.Server.Access;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Auditing;
using Sightglass.Server.Access.Oidc;
using Sightglass.Server.Access.Sessions;
using Sightglass.Server.Access.Tls;
using Sightglass.Server.Access.Tokens;
using Sightglass.Server.Contracts;
using Sightglass.Server.Contracts.Dashboard;
using Sightglass.Server.Contracts.WorkflowLogs;
using Sightglass.Server.Contracts.Playbooks;
using Sightglass.Server.Dashboard;
using Sightglass.Server.Debugging;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.Executions.Lines;
using Sightglass.Server.Executions.Recorded;
using Sightglass.Server.Executions.Transfer;
using Sightglass.Server.OpenApi;
using Sightglass.Server.Overview;
using Sightglass.Server.Pipelines;
using Sightglass.Server.Requests;
using Sightglass.Server.Schedules;
using Sightglass.Server.Streaming;
using Sightglass.Server.Streaming.Overview;
using Sightglass.Server.Streaming.Sockets;
using Sightglass.Server.Webhooks;

namespace Sightglass.Server;

/// <summary>Serves an engine and its pipelines over HTTP. It does not own them: stop it before the engine.</summary>
public sealed class SightglassServer : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly ServerContext _context;
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _app;
    private ServerCertificate? _certificate;

    /// <summary>Creates a server; it listens to nothing until it is started.</summary>
    /// <param name="options">Where it listens and what it limits.</param>
    /// <param name="engine">What runs pipelines.</param>
    /// <param name="pipelines">The pipelines to list and run; whoever composes the server starts it.</param>
    /// <param name="schedules">What starts pipelines by their schedules; none by default.</param>
    /// <param name="webhooks">What delivers results; none by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit of the options makes no sense.</exception>
    public SightglassServer(ServerOptions options, PipelineEngine engine, PipelineCatalog pipelines, ScheduleRunner? schedules = null, WebhookDispatcher? webhooks = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(pipelines);
        _options = options.Checked();
        _context = new ServerContext(options, engine, pipelines, options.LoggerFactory.CreateLogger("Sightglass.Server"), schedules, webhooks, _stopping.Token);
    }

    /// <summary>Gets the addresses it listens on, with the ports taken; empty before it has started.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Gets the routes of a server that was started.</summary>
    internal IReadOnlyList<RouteEndpoint> Routes =>
        _app is IEndpointRouteBuilder routes ? [.. routes.DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()] : [];

    /// <summary>Gets what its routes share.</summary>
    internal ServerContext Context => _context;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ServerStartException">An address is refused or taken, or the socket cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var addresses = _options.Urls.Select(ListenAddress.Parse).ToList();
        await _context.Access.Accounts.LoadAsync(cancellationToken).ConfigureAwait(false);
        await _context.Switch.LoadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var address in addresses) address.Check(_context.Access.HasPeople, _options.Tls is not null);
        if (_options.Tls is { } tls)
        {
            if (!addresses.Exists(static a => a.IsTls)) throw new ServerStartException("bad_address", "There is a certificate, and no address that shows it: give one with --urls https://…");
            _certificate = new ServerCertificate(tls, _options.Time, _context.Logger);
        }

        if (_options.UnixSocketPath is { } path) OwnerSocket.Prepare(path);
        var app = Build(addresses);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw Explain(e, addresses);
        }

        _app = app;
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Addresses = [.. bound?.Addresses ?? []];
        ServerLog.Listening(_context.Logger, string.Join(", ", Addresses));
    }

    /// <summary>Stops to listen. Streams end without an <c>end</c> frame, so that viewers come back with their cursor.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_app is { } app) await app.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Describes all routes in OpenAPI 3.1, as <c>GET /openapi/v1.json</c> does. Nothing needs to be started for it.</summary>
    /// <returns>Indented UTF-8.</returns>
    public async Task<byte[]> DescribeApiAsync()
    {
        await using var app = Build([]);
        return OpenApiDocument.Write(((IEndpointRouteBuilder)app).DataSources);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _certificate?.Dispose();
        if (Interlocked.Exchange(ref _app, null) is not { } app)
        {
            _context.Streams.Dispose();
            _context.Results.Dispose();
            _context.Access.Dispose();
            _context.Starts.Dispose();
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await app.StopAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        _context.Streams.Dispose();
        _context.Results.Dispose();
        _context.Access.Dispose();
        _context.Starts.Dispose();
        _stopping.Dispose();
    }

    private WebApplication Build(IReadOnlyList<ListenAddress> addresses)
    {
        // The empty builder, since the slim one lets an appsettings.json of the current folder open further addresses.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(_options.LoggerFactory);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _options.ShutdownTime);
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = endPoint =>
            endPoint is UnixDomainSocketEndPoint unix ? OwnerSocket.Bind(unix) : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, addresses));
        builder.Services.AddSingleton(_ => new RateLimits(_options));
        builder.Services.AddSingleton(_ => new PipelineEditor(_context.Pipelines));
        builder.Services.AddSingleton<ImportTurn>();
        var app = builder.Build();
        var limits = app.Services.GetRequiredService<RateLimits>();
        TrustedProxies.Use(app, _options.TrustedProxies);
        app.Use((context, next) => ErrorBoundary.RunAsync(context, c => GuardAsync(c, next), _context));
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = StreamLimits.SocketPing, KeepAliveTimeout = StreamLimits.SocketPing });
        app.Use(MethodAnswers.TakeSocket);
        app.Use(MethodAnswers.TakeHead);
        app.UseRouting();
        app.Use(MethodAnswers.RefuseStreams);
        app.Use(limits.CountAddressAsync);
        app.Use(DashboardAnswers.RunAsync);
        app.Use((context, next) => AccessGate.RunAsync(context, next, _context));
        app.Use(limits.CountCallerAsync);
        app.Use(DescriptionCheck.RunAsync);
        PipelineEndpoints.Map(app, _context);
        EditEndpoints.Map(app, _context);
        RunEndpoint.Map(app, _context);
        ExecutionLists.Map(app, _context);
        ExecutionEndpoints.Map(app, _context);
        ExportEndpoint.Map(app, _context);
        ImportEndpoint.Map(app, _context);
        CompareEndpoint.Map(app, _context);
        OutputEndpoints.Map(app, _context);
        CommandEndpoints.Map(app, _context);
        ReportEndpoints.Map(app, _context);
        BreakpointEndpoints.Map(app, _context);
        DeletionEndpoint.Map(app, _context);
        QueueEndpoints.Map(app, _context);
        OutputEndpoint.Map(app, _context);
        LogsEndpoint.Map(app, _context);
        LinesEndpoint.Map(app, _context);
        ValueEndpoint.Map(app, _context);
        EventStreamEndpoint.Map(app, _context);
        FeedEndpoint.Map(app, _context);
        OverviewEndpoint.Map(app, _context);
        SocketEndpoint.Map(app, _context);
        FlagEndpoint.Map(app, _context);
        ScheduleEndpoints.Map(app, _context);
        WebhookEndpoints.Map(app, _context);
        ConfigStatus.Map(app, _context);
        PlaybookEndpoints.Map(app, _context);
        LogStreamEndpoints.Map(app, _context);
        OpenApiEndpoint.Map(app);
        SessionEndpoints.Map(app, _context);
        LoginMethods.Map(app, _context);
        OidcEndpoints.Map(app, _context);
        UserEndpoints.Map(app, _context);
        OrganizationEndpoints.Map(app, _context);
        TokenEndpoints.Map(app, _context);
        AuditEndpoint.Map(app, _context);
        return app;
    }

    private Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        SecurityHeaders.Add(context);
        if (RequestGuard.Check(context, _options, _context.Access.AsksForLogin) is { } problem) return problem.WriteAsync(context);
        var isAnswered = CrossOrigin.IsAllowed(context.Request, _options) && CrossOrigin.Answer(context);
        return isAnswered ? Task.CompletedTask : next(context);
    }

    private void Listen(KestrelServerOptions kestrel, IReadOnlyList<ListenAddress> addresses)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = _options.MaxConnections;

        // A connection that becomes a WebSocket is counted apart.
        kestrel.Limits.MaxConcurrentUpgradedConnections = _options.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = _options.MaxRequestBytes;
        kestrel.Limits.MaxRequestLineSize = _options.MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = _options.MaxHeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = _options.HeaderTime;
        kestrel.Limits.KeepAliveTimeout = _options.IdleConnection;

        // It may not be less than a line, and what is read ahead waits for whoever reads the body.
        kestrel.Limits.MaxRequestBufferSize = Math.Max(1024 * 1024, _options.MaxRequestLineBytes);

        // A viewer that reads slowly is told so by its stream and closed there; Kestrel would cut it off without a word.
        kestrel.Limits.MinResponseDataRate = null;
        foreach (var address in addresses)
        {
            foreach (var ip in address.Addresses) kestrel.Listen(ip, address.Port, address.IsTls ? ListenTls : static listen => listen.Protocols = HttpProtocols.Http1);
        }

        if (_options.UnixSocketPath is not { } path) return;
        kestrel.ListenUnixSocket(path, static listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Features.Set(LocalConnection.Instance);
                return next(connection);
            });
        });
    }

    private void ListenTls(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(_certificate!.Current), HandshakeTimeout = TlsLimits.Handshake });
    }

    private static Exception Explain(Exception error, IReadOnlyList<ListenAddress> addresses)
    {
        if (error is ServerStartException) return error;
        var ports = string.Join(", ", addresses.Select(a => a.Port).Distinct());
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
                return new ServerStartException("port_in_use", $"Port {ports} is in use; stop what listens there, or choose another with --urls http://127.0.0.1:5081.", error);
            if (e is SocketException { SocketErrorCode: SocketError.AccessDenied })
                return new ServerStartException("port_forbidden", $"Port {ports} may not be used by this user; choose one above 1023 with --urls.", error);
        }

        return error is IOException or SocketException or UnauthorizedAccessException
            ? new ServerStartException("socket_unusable", "The server cannot listen: " + error.Message, error)
            : error;
    }

    // Whoever composes the server decides what ends it; the default would take Ctrl+C.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
