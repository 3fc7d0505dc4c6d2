using Sightglass.Cli.DataFolder;
using Sightglass.Core.Scheduling;
using Sightglass.Server;

namespace Sightglass.Cli.Hosting;

/// <summary>Opens the socket of a run in the background and only when the run lasts: most end before anybody could type
/// a command, and must not wait for a server.</summary>
internal sealed class LateListener : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _ended = new();
    private readonly Task _starting;
    private SocketListener? _listener;

    public LateListener(FolderPaths paths, FolderLock folderLock, PipelineEngine engine, Action<string> warn) =>
        _starting = Task.Run(() => StartAsync(paths, folderLock, engine, warn));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _starting.ConfigureAwait(false);
        if (_listener is not null) await _listener.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task StartAsync(FolderPaths paths, FolderLock folderLock, PipelineEngine engine, Action<string> warn)
    {
        try
        {
            await Task.Delay(Delay, TimeProvider.System, _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // A method of its own: the libraries of a server are loaded where it is entered, and not before the delay.
        await ListenAsync(paths, folderLock, engine, warn).ConfigureAwait(false);
    }

    private async Task ListenAsync(FolderPaths paths, FolderLock folderLock, PipelineEngine engine, Action<string> warn)
    {
        try
        {
            _listener = new SocketListener(paths, engine);
            await _listener.StartAsync([]).ConfigureAwait(false);
            folderLock.Announce(new FolderOwner(Environment.ProcessId, "run", _listener.Path, null));
        }
        catch (Exception error) when (error is ServerStartException or IOException or UnauthorizedAccessException)
        {
            // The run itself needs no socket.
            warn("Other commands cannot reach this run: " + error.Message);
        }
    }
}
