using Sightglass.Core.Executions;

namespace Sightglass.Core.Ports;

/// <content>Forgetting ended executions where their number is bounded. Everything is owned by whoever holds the gate.</content>
public sealed partial class InMemoryEventStore
{
    private readonly LinkedList<Log> _ended = new();

    // Blocks of forgotten logs that are still in the list by position.
    private int _goneBlocks;

    private bool IsBounded => keepEnded < int.MaxValue;

    private void NoteEnd(Log log)
    {
        var hasEnded = log.Summary.Status.IsTerminal();
        if (hasEnded == log.Ended is not null) return;
        if (hasEnded)
        {
            log.Ended = _ended.AddLast(log);
        }
        else
        {
            _ended.Remove(log.Ended!);
            log.Ended = null;
        }

        while (_ended.Count > keepEnded)
        {
            var first = _ended.First!.Value;
            Forget(first);
            _byCreation.Remove(first);
        }
    }

    /// <summary>Finds the first block behind a position; positions rise, with holes where logs were forgotten.</summary>
    private int IndexAfter(long position)
    {
        var (low, high) = (0, _byPosition.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_byPosition[middle].Position <= position) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
