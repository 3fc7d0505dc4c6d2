namespace Sightglass.Server.Executions;

/// <summary>States that do not change any more: of ended executions, and of logs up to an event. The one that was asked for
/// longest ago goes first. Safe for concurrent use.</summary>
internal sealed class StateCache(long maxBytes)
{
    // Owned by _gate.
    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid Id, long Seq), LinkedListNode<Entry>> _known = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _bytes;

    public ReadOnlyMemory<byte>? Find(Guid id, long seq)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue((id, seq), out var node)) return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Json;
        }
    }

    /// <summary>Keeps a state, unless it alone would take half of the room.</summary>
    public void Keep(Guid id, long seq, ReadOnlyMemory<byte> json)
    {
        if (json.Length > maxBytes / 2) return;
        lock (_gate)
        {
            if (_known.ContainsKey((id, seq))) return;
            _known[(id, seq)] = _byUse.AddFirst(new Entry(id, seq, json));
            _bytes += json.Length;
            while (_bytes > maxBytes)
            {
                var oldest = _byUse.Last!.Value;
                _byUse.RemoveLast();
                _known.Remove((oldest.Id, oldest.Seq));
                _bytes -= oldest.Json.Length;
            }
        }
    }

    private sealed record Entry(Guid Id, long Seq, ReadOnlyMemory<byte> Json);
}
