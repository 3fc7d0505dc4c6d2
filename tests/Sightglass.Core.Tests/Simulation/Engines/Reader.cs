using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>Somebody who watches the first execution: what was seen once must stay.</summary>
internal sealed class Reader(EngineWorld world)
{
    private readonly List<EventBlock> _seen = [];
    private FeedSubscription? _subscription;
    private Life? _life;
    private long _cursor;

    /// <summary>Goes on at another engine, from the same cursor.</summary>
    public void Follow(Life life)
    {
        _life = life;
        _subscription = null;
    }

    public void Read()
    {
        if (world.Roots.Count == 0 || _life is not { IsAlive: true }) return;
        var id = world.Roots[0];
        _subscription ??= _life.Engine.Feed.Subscribe(id);
        var blocks = _subscription.Read(_cursor, out _);
        if (blocks is null)
        {
            var page = world.Disk.ReadAsync(id, _cursor, BlockFilter.All, 64 * 1024).AsTask().Result;
            blocks = page.Blocks;
        }

        foreach (var block in blocks)
        {
            if (block.FirstSeq > _cursor + 1) world.Break($"a reader at {_cursor} is given {block.FirstSeq}");
            if (block.LastSeq > (world.Log(id)?.Last ?? 0)) world.Break($"a reader sees {block.LastSeq}, which is not on the disk");
            _cursor = Math.Max(_cursor, block.LastSeq);
            _seen.Add(block);
        }
    }

    public void CheckNothingGone()
    {
        foreach (var block in _seen)
        {
            var stored = world.Disk.ReadAsync(block.ExecutionId, block.FirstSeq - 1, BlockFilter.All, 1).AsTask().Result.Blocks;
            if (stored.Count == 0 || stored[0].FirstSeq != block.FirstSeq || !stored[0].Bytes.Span.SequenceEqual(block.Bytes.Span))
                throw new BrokenRuleException($"a reader has seen {block.FirstSeq} to {block.LastSeq}, and the disk has others");
        }
    }
}
