using Sightglass.Core.Graphs;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>The stages of runs that ended lately, so that they can be drawn at once. Older ones are read from the store.
/// Safe for concurrent use.</summary>
internal sealed class EndedRuns
{
    private readonly Lock _gate = new();

    // Guarded by _gate; the queue holds the keys of the map in the order of their end.
    private readonly Dictionary<Guid, GraphState> _runs = [];
    private readonly Queue<Guid> _order = new();
    private int _stages;

    public void Add(Guid id, GraphState state)
    {
        lock (_gate)
        {
            _runs[id] = state;
            _order.Enqueue(id);
            _stages += state.Stages.Count;
            while (_order.Count > 1 && (_order.Count > MonitorLimits.MaxEndedRuns || _stages > MonitorLimits.MaxEndedStages))
            {
                if (_runs.Remove(_order.Dequeue(), out var oldest)) _stages -= oldest.Stages.Count;
            }
        }
    }

    public GraphState? Find(Guid id)
    {
        lock (_gate) return _runs.GetValueOrDefault(id);
    }
}
