namespace Sightglass.Server.Executions.Transfer;

/// <summary>Lets one import after the other in.</summary>
internal sealed class ImportTurn
{
    private int _taken;

    /// <summary>Takes the turn until what is returned is disposed; nothing where another has it.</summary>
    public IDisposable? TryTake() => Interlocked.Exchange(ref _taken, 1) == 0 ? new Taken(this) : null;

    private sealed class Taken(ImportTurn turn) : IDisposable
    {
        public void Dispose() => Interlocked.Exchange(ref turn._taken, 0);
    }
}
