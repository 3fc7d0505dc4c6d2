namespace Sightglass.Server.Contracts.WorkflowLogs;

/// <summary>Lets one request at a time look whether the sample runs under an outside id and start it where it does not: of two
/// that look at the same moment both would start it.</summary>
internal sealed class StreamingStarts : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Does something in its turn.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await act().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
