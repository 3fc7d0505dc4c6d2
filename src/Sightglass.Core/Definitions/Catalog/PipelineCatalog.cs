namespace Sightglass.Core.Definitions;

/// <summary>
/// The pipelines in a folder, kept up to date while it is watched. New, changed, deleted and broken files show without a
/// restart; a broken file is listed with its problems and never stops the others.
/// </summary>
/// <remarks>All members may be called from any thread. Subfolders are read, hidden ones and links that lead out of the folder are not.</remarks>
public sealed class PipelineCatalog : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PipelineCatalogOptions _options;
    private readonly SemaphoreSlim _scanning = new(1, 1);
    private readonly ITimer _debounce;
    private readonly ITimer _poll;

    // Owned by whoever holds _scanning.
    private readonly CatalogReader _reader;
    private FileSystemWatcher? _watcher;
    private bool _disposed;

    private volatile IReadOnlyList<PipelineEntry> _entries = [];
    private int _armed;

    /// <summary>Makes a catalog that is empty until it is started.</summary>
    /// <param name="folder">The folder; it may come into being later.</param>
    /// <param name="options">How it is watched.</param>
    /// <param name="time">The clock.</param>
    public PipelineCatalog(string folder, PipelineCatalogOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
        _options = (options ?? new PipelineCatalogOptions()).Checked();
        var clock = time ?? TimeProvider.System;
        _reader = new CatalogReader(_folder, _options, clock);
        _debounce = clock.CreateTimer(_ => _ = RefreshQuietlyAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = clock.CreateTimer(_ => _ = RefreshQuietlyAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Raised after <see cref="Entries"/> changed, on a thread of the pool, one call at a time. A listener must not wait for
    /// <see cref="RefreshAsync"/> or <see cref="DisposeAsync"/>, which wait for it.</summary>
    public event EventHandler? Changed;

    /// <summary>Gets every file by path: a list that never changes; a later change gives a new one.</summary>
    public IReadOnlyList<PipelineEntry> Entries => _entries;

    /// <summary>Gets the folder's whole path.</summary>
    public string Folder => _folder;

    /// <summary>Finds a pipeline, valid or not; of two with one id the first by path.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="organization">The organisation it belongs to; each has ids of its own.</param>
    public PipelineEntry? Find(string id, string organization = "default")
    {
        foreach (var entry in _entries)
        {
            if (entry.Id == id && entry.Organization == organization) return entry;
        }

        return null;
    }

    /// <summary>Reads a pipeline as it would be read in the folder: with what is known of secrets and of the other pipelines.</summary>
    /// <param name="utf8">The content, YAML or JSON.</param>
    /// <param name="fileName">The name it has, or would have.</param>
    /// <param name="organization">The organisation it belongs to.</param>
    public DefinitionReadResult Read(ReadOnlyMemory<byte> utf8, string fileName, string organization = "default")
    {
        var others = new Dictionary<string, PipelineDefinition?>(StringComparer.Ordinal);
        foreach (var entry in _entries)
        {
            if (entry.Organization == organization) others.TryAdd(entry.Id, entry.Definition);
        }

        // One that is new may call itself as well as another; how deep that goes is checked like any other call.
        others.TryAdd(DefinitionReader.IdOf(fileName), null);
        return DefinitionReader.Read(utf8, fileName, _options.Reading with { PipelineIds = others.Keys, FindPipeline = id => others.GetValueOrDefault(id) });
    }

    /// <summary>Tells whether a text can be the id of a pipeline: letters, digits and <c>-</c>, at most 100.</summary>
    /// <param name="text">The text.</param>
    public static bool IsId(string text) => PipelineChecks.IsId(text);

    /// <summary>Reads the folder and begins to watch it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (!_disposed) _poll.Change(_options.PollInterval, _options.PollInterval);
    }

    /// <summary>Reads the folder now; what was written before the call is in <see cref="Entries"/> after it.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        await _scanning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_disposed) return;
            await Task.Run(Scan, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _scanning.Release();
        }
    }

    /// <summary>Stops watching.</summary>
    public async ValueTask DisposeAsync()
    {
        await _scanning.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            _watcher?.Dispose();
        }
        finally
        {
            _scanning.Release();
        }

        await _debounce.DisposeAsync().ConfigureAwait(false);
        await _poll.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RefreshQuietlyAsync()
    {
        try
        {
            await RefreshAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A folder that cannot be listed now, or a listener that failed: the next poll tries again, and the entries
            // stay what they were.
        }
    }

    private void Scan()
    {
        // Before reading: a change from here on is seen by the watcher, one before it by the reader.
        Interlocked.Exchange(ref _armed, 0);
        Watch();
        var before = _entries;
        var entries = _reader.Read(before);
        if (ReferenceEquals(entries, before)) return;
        _entries = entries;
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private void Watch()
    {
        if (_watcher is not null || !Directory.Exists(_folder)) return;
        try
        {
            var watcher = new FileSystemWatcher(_folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Created += (_, _) => Arm();
            watcher.Changed += (_, _) => Arm();
            watcher.Deleted += (_, _) => Arm();
            watcher.Renamed += (_, _) => Arm();
            watcher.Error += (_, _) =>
            {
                // Too many changes at once, or the folder went away: begin anew.
                Interlocked.CompareExchange(ref _watcher, null, watcher);
                watcher.Dispose();
                Arm();
            };
            _watcher = watcher;
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The system gives no more watches; the poll goes on.
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    /// <summary>Asks for one reading after the delay. The first change counts, not the last: a folder that changes all the
    /// time would never be read.</summary>
    private void Arm()
    {
        if (Interlocked.Exchange(ref _armed, 1) == 1) return;
        try
        {
            _debounce.Change(_options.Debounce, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The last change before the end.
        }
    }
}
