namespace Sightglass.Core.Ports;

/// <content>Whose values are.</content>
public sealed partial class InMemoryEventStore
{
    // Owned by whoever holds _gate: the executions that carry a value.
    private readonly Dictionary<string, HashSet<Guid>> _holders = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<bool> HoldsValueAsync(Guid executionId, string reference, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        lock (_gate) return ValueTask.FromResult(_logs.TryGetValue(executionId, out var log) && log.Values.Contains(reference));
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsValueHeldAsync(string reference, string organization, IReadOnlyCollection<string>? pipelineIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(organization);
        lock (_gate)
        {
            if (!_holders.TryGetValue(reference, out var holders)) return ValueTask.FromResult(false);
            foreach (var holder in holders)
            {
                var summary = _logs[holder].Summary;
                if (summary.Organization == organization && (pipelineIds is null || pipelineIds.Contains(summary.PipelineId))) return ValueTask.FromResult(true);
            }

            return ValueTask.FromResult(false);
        }
    }

    private void Hold(Guid executionId, string reference)
    {
        if (!_holders.TryGetValue(reference, out var holders)) _holders.Add(reference, holders = []);
        holders.Add(executionId);
    }

    private void LetGo(Guid executionId, string reference)
    {
        var holders = _holders[reference];
        holders.Remove(executionId);
        if (holders.Count > 0) return;
        _holders.Remove(reference);
        _values.Remove(reference);
    }
}
