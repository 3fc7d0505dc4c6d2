using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sightglass.Cli.DataFolder;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Core.Webhooks;
using Sightglass.Server;

namespace Sightglass.Cli.Hosting;

/// <summary>The server of an owner: on the data folder's socket, and where it is asked to on addresses for browsers.</summary>
internal sealed class SocketListener : IAsyncDisposable
{
    private readonly SocketPath _socket;
    private readonly PipelineEngine _engine;
    private readonly PipelineCatalog? _ownCatalog;
    private readonly PipelineCatalog _catalog;
    private readonly ScheduleRunner? _schedules;
    private readonly WebhookDispatcher? _webhooks;
    private readonly ILoggerFactory _loggers;
    private SightglassServer? _server;

    /// <summary>Makes a listener; the caller holds the folder's lock.</summary>
    /// <param name="paths">The data folder.</param>
    /// <param name="engine">What it serves.</param>
    /// <param name="catalog">The pipelines to list; none by default.</param>
    /// <param name="schedules">What starts pipelines by themselves; nothing by default.</param>
    /// <param name="webhooks">What delivers results; nothing by default.</param>
    /// <param name="loggers">Where the server logs; nowhere by default.</param>
    public SocketListener(FolderPaths paths, PipelineEngine engine, PipelineCatalog? catalog = null, ScheduleRunner? schedules = null, WebhookDispatcher? webhooks = null, ILoggerFactory? loggers = null)
    {
        _socket = SocketPath.Choose(paths);
        _engine = engine;
        _catalog = catalog ?? (_ownCatalog = new PipelineCatalog(paths.Folder));
        _schedules = schedules;
        _webhooks = webhooks;
        _loggers = loggers ?? NullLoggerFactory.Instance;
    }

    public string Path => _socket.Path;

    /// <summary>Gets the addresses for browsers, with the ports taken.</summary>
    public IReadOnlyList<string> Urls => [.. (_server?.Addresses ?? []).Where(a => !a.Contains("unix:", StringComparison.Ordinal))];

    /// <param name="urls">The addresses for browsers.</param>
    /// <param name="options">What else is asked of the server; addresses, socket and loggers are the listener's.</param>
    /// <exception cref="ServerStartException">An address is refused or taken.</exception>
    public async Task StartAsync(IReadOnlyList<string> urls, ServerOptions? options = null)
    {
        // What a dead owner left there is in the way; the lock says that it is dead.
        File.Delete(_socket.Path);
        _server = new SightglassServer((options ?? new ServerOptions()) with { Urls = urls, UnixSocketPath = _socket.Path, LoggerFactory = _loggers, IsStreaming = StreamingSetting.Read() }, _engine, _catalog, _schedules, _webhooks);
        await _server.StartAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync().ConfigureAwait(false);
        if (_ownCatalog is not null) await _ownCatalog.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
    }
}
