using Sightglass.Cli.Commands;
using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Hosting;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Cli.Client;

/// <summary>A connection to whoever owns a data folder. Where nobody does, this process becomes the owner for as long as
/// the command takes and talks to itself in the same way; it then runs no stages.</summary>
internal sealed class FolderSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly IAsyncDisposable? _ownership;

    private FolderSession(OwnerClient client, FolderOwner? owner, IAsyncDisposable? ownership)
    {
        Client = client;
        Owner = owner;
        _ownership = ownership;
    }

    public OwnerClient Client { get; }

    /// <summary>Gets the process that runs this folder's executions; <see langword="null"/> where none does.</summary>
    public FolderOwner? Owner { get; }

    /// <summary>Opens a data folder.</summary>
    /// <param name="paths">The folder.</param>
    /// <param name="isNew">Whether it is made where it does not exist yet.</param>
    /// <exception cref="CommandRefusedException">There is nothing to open, or its owner does not answer.</exception>
    public static async Task<FolderSession> OpenAsync(FolderPaths paths, bool isNew = false)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Connect(paths) is { } session) return session;
            if (isNew) paths.Create();
            else if (!File.Exists(paths.Database) && FolderOwner.Read(paths) is null)
                throw new CommandRefusedException(ExitCodes.Unavailable, $"There are no executions in '{paths.Folder}' yet; start one with: sightglass run FILE, or name another folder with --data.");
            if (FolderLock.TryTake(paths, "command") is { } taken) return await OwnAsync(paths, taken).ConfigureAwait(false);

            // Somebody has the lock and does not listen yet: a run in its first moments, or a command that is about to end.
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new CommandRefusedException(ExitCodes.Unavailable, $"The data folder '{paths.Folder}' is in use by {FolderOwner.Describe(paths)}, which does not answer; end that process and try again.");
            await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
        }
    }

    /// <summary>Connects to an owner that listens already.</summary>
    public static FolderSession? Connect(FolderPaths paths) =>
        FolderOwner.Read(paths) is { Socket: { } socket } owner && OwnerClient.Answers(socket)
            ? new FolderSession(new OwnerClient(socket), owner, null)
            : null;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_ownership is not null) await _ownership.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<FolderSession> OwnAsync(FolderPaths paths, FolderLock taken)
    {
        var ownership = new Ownership(taken);
        try
        {
            ownership.Host = await EngineHost.OpenAsync(paths, SecretSource.Empty, _ => null, new EngineHostOptions { RunsStages = false }).ConfigureAwait(false);
            ownership.Listener = new SocketListener(paths, ownership.Host.Engine);
            await ownership.Listener.StartAsync([]).ConfigureAwait(false);
            return new FolderSession(new OwnerClient(ownership.Listener.Path), null, ownership);
        }
        catch
        {
            await ownership.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private sealed class Ownership(FolderLock folderLock) : IAsyncDisposable
    {
        public EngineHost? Host { get; set; }

        public SocketListener? Listener { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (Listener is not null) await Listener.DisposeAsync().ConfigureAwait(false);
            if (Host is not null) await Host.DisposeAsync().ConfigureAwait(false);
            folderLock.Dispose();
        }
    }
}
