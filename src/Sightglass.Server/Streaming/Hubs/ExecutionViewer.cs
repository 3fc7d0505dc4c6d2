namespace Sightglass.Server.Streaming.Hubs;

/// <summary>One viewer's place at a hub.</summary>
/// <param name="hub">The hub.</param>
/// <param name="lane">Its lane there.</param>
/// <param name="watcher">As whom it counts among those who watch, empty for one of its own; null where it does not.</param>
internal sealed class ExecutionViewer(ExecutionHub hub, ViewerLane lane, string? watcher) : ViewerSignal
{
    private long _number = -1;

    public ExecutionHub Hub => hub;

    public string? Watcher => watcher;

    public override long Version => hub.Version;

    /// <summary>Gives the next block that goes on from a cursor.</summary>
    /// <param name="after">The viewer's cursor.</param>
    /// <param name="isBehind">Whether the viewer has to read from the store first.</param>
    /// <returns>The block, which may begin before the cursor; nothing where there is none yet, or none that goes on.</returns>
    public FrameChunk? Next(long after, out bool isBehind)
    {
        isBehind = false;
        while (true)
        {
            if (_number < 0)
            {
                _number = hub.Ring.Find(after) ?? -1;
                if (_number < 0)
                {
                    isBehind = after < hub.State.Last;
                    return null;
                }
            }

            if (hub.Ring.Get(_number) is not { } chunk)
            {
                if (_number >= hub.Ring.Next) return null;
                _number = -1;
                continue;
            }

            // Where a block is missing before it, the store has it.
            if (chunk.Block.FirstSeq > after + 1)
            {
                _number = -1;
                continue;
            }

            _number++;
            if (chunk.Block.LastSeq > after) return chunk;
        }
    }

    public void Leave() => lane.Remove(this);
}
