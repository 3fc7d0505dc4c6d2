using Sightglass.Cli.Commands;
using Sightglass.Cli.DataFolder;

namespace Sightglass.Cli.Client;

/// <summary>A connection to whoever has the executions that a command is about: a server, the process that owns a data folder,
/// or, where nobody owns it, this process for as long as the command takes. Commands need not know which.</summary>
internal sealed class Session : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly IAsyncDisposable? _ownership;

    private Session(ApiClient client, bool isRunning, bool isServed, IAsyncDisposable? ownership = null)
    {
        Client = client;
        IsRunning = isRunning;
        IsServed = isServed;
        _ownership = ownership;
    }

    public ApiClient Client { get; }

    /// <summary>Gets whether somebody runs the executions now.</summary>
    public bool IsRunning { get; }

    /// <summary>Gets whether that is a server, which has pipelines of its own and comes back where it goes.</summary>
    public bool IsServed { get; }

    /// <summary>Opens what a command is to work on.</summary>
    /// <param name="target">The place.</param>
    /// <param name="isNew">Whether a data folder is made where it does not exist yet.</param>
    /// <param name="isOnlyRunning">Whether a folder that nobody owns is of no use: to own it would keep others from running something.</param>
    /// <exception cref="CommandRefusedException">There is nothing to open, or its owner does not answer.</exception>
    public static async Task<Session> OpenAsync(Target target, bool isNew = false, bool isOnlyRunning = false)
    {
        if (target.Server is { } server) return new Session(ApiClient.OfServer(server), isRunning: true, isServed: true);
        var paths = target.Data;
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Connect(paths) is { } session) return session;
            if (isNew) paths.Create();
            else if (!File.Exists(paths.Database) && FolderOwner.Read(paths) is null)
                throw new CommandRefusedException(ExitCodes.Unavailable, $"There are no executions in '{paths.Folder}' yet; start one with: sightglass run FILE, name another folder with --data, or a server with --server.");
            if (FolderLock.TryTake(paths, "command") is { } taken)
            {
                if (!isOnlyRunning) return await OwnAsync(paths, taken).ConfigureAwait(false);
                taken.Dispose();
                throw new CommandRefusedException(ExitCodes.Unavailable, $"Nothing runs executions in '{paths.Folder}' now, so nothing will happen there; start 'sightglass serve', or name a server with --server.");
            }

            // Somebody has the lock and does not listen yet: a run in its first moments, or a command that is about to end.
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new CommandRefusedException(ExitCodes.Unavailable, $"The data folder '{paths.Folder}' is in use by {FolderOwner.Describe(paths)}, which does not answer; end that process and try again.");
            await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
        }
    }

    /// <summary>Connects to the owner of a data folder that listens already.</summary>
    public static Session? Connect(FolderPaths paths) =>
        FolderOwner.Read(paths) is { Socket: { } socket } owner && ApiClient.Answers(socket)
            ? new Session(ApiClient.OfSocket(() => FolderOwner.Read(paths)?.Socket ?? socket), isRunning: true, isServed: owner.Verb == "serve")
            : null;

    /// <summary>Gives the executions to look at as they stand.</summary>
    public RemoteExecutions Executions(string types = "") => new(Client, types);

    /// <summary>Gives the executions to follow: a server that goes is waited for, and the log goes on where it was left.</summary>
    /// <param name="notices">Who is told that it has gone, and that it is back.</param>
    /// <param name="patience">For how long it is tried again; the usual time where nothing is given.</param>
    public RemoteExecutions Followed(IConnectionNotices notices, TimeSpan? patience = null) =>
        new(Client, reconnection: IsServed ? new Reconnection(notices, Client.PeerName, patience ?? CliLimits.ReconnectTime, TimeProvider.System) : null);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_ownership is not null) await _ownership.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<Session> OwnAsync(FolderPaths paths, FolderLock taken)
    {
        var ownership = await FolderOwnership.TakeAsync(paths, taken).ConfigureAwait(false);
        return new Session(ApiClient.OfSocket(() => ownership.Socket), isRunning: false, isServed: false, ownership);
    }
}
