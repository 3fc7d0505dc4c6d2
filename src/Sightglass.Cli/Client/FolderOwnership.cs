using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Hosting;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Cli.Client;

/// <summary>A data folder that nobody has but this process, for as long as a command takes: it answers itself over the
/// folder's socket and runs no stages.</summary>
internal sealed class FolderOwnership : IAsyncDisposable
{
    private readonly FolderLock _lock;
    private EngineHost? _host;
    private SocketListener? _listener;

    private FolderOwnership(FolderLock folderLock) => _lock = folderLock;

    public string Socket => _listener!.Path;

    /// <summary>Takes a folder over whose lock this process has.</summary>
    public static async Task<FolderOwnership> TakeAsync(FolderPaths paths, FolderLock taken)
    {
        var ownership = new FolderOwnership(taken);
        try
        {
            ownership._host = await EngineHost.OpenAsync(paths, SecretSource.Empty, _ => null, new EngineHostOptions { RunsStages = false }).ConfigureAwait(false);
            ownership._listener = new SocketListener(paths, ownership._host.Engine);
            await ownership._listener.StartAsync([]).ConfigureAwait(false);
            return ownership;
        }
        catch
        {
            await ownership.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync().ConfigureAwait(false);
        if (_host is not null) await _host.DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
    }
}
