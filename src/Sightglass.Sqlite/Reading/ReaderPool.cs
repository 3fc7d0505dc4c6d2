using Sightglass.Core.Ports;
using Sightglass.Sqlite.Repair;

namespace Sightglass.Sqlite.Reading;

/// <summary>Lends readers, each to one caller at a time; opens them when first needed, up to the limit.</summary>
internal sealed class ReaderPool(SqliteStoreOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _slots = new(options.Readers);

    // Owned by _gate.
    private readonly Lock _gate = new();
    private readonly Stack<LogReader> _idle = [];
    private bool _closed;

    /// <summary>Runs a read on the caller's thread, after a wait if all readers are lent.</summary>
    public async ValueTask<T> RunAsync<T>(Func<LogReader, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) ObjectDisposedException.ThrowIf(_closed, typeof(SqliteEventStore));
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            LogReader? reader;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_closed, typeof(SqliteEventStore));
                _idle.TryPop(out reader);
            }

            reader ??= new LogReader(options);
            try
            {
                return read(reader);
            }
            catch (StoreUnavailableException error) when (error.Code == "database_damaged")
            {
                StartCheck.Suspect(options.Path, error.Message);
                throw;
            }
            finally
            {
                lock (_gate) _idle.Push(reader);
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Waits for reads under way, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate) _closed = true;
        for (var i = 0; i < options.Readers; i++) await _slots.WaitAsync().ConfigureAwait(false);

        // Reads that were waiting find the store closed, so every slot may be given back.
        _slots.Release(options.Readers);
        lock (_gate)
        {
            while (_idle.TryPop(out var reader)) reader.Dispose();
        }
    }
}
