using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <summary>The newest blocks of one execution that somebody watches. Everything is guarded by <c>gate</c>.</summary>
internal sealed class FeedTopic
{
    private readonly Lock gate = new();
    private readonly LinkedList<EventBlock> ring = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int bytes;
    private long last;
    private bool hasEnded;
    private int viewers;
    private bool closed;

    public int Viewers
    {
        get
        {
            lock (gate) return viewers;
        }
    }

    public bool TryJoin()
    {
        lock (gate)
        {
            if (closed) return false;
            viewers++;
            return true;
        }
    }

    /// <summary>Leaves; true where nobody is left and the topic must be forgotten.</summary>
    public bool Leave()
    {
        lock (gate)
        {
            closed = --viewers == 0;
            return closed;
        }
    }

    public void Publish(IReadOnlyList<EventBlock> blocks, bool ended)
    {
        TaskCompletionSource wake;
        lock (gate)
        {
            foreach (var block in blocks)
            {
                // A hole means that something was published before anybody listened, or was lost: what is older than
                // the hole is of no use, since reading goes on without gaps.
                if (ring.Last is { } newest && newest.Value.LastSeq + 1 != block.FirstSeq) Clear();
                ring.AddLast(block);
                bytes += block.Bytes.Length;
                last = block.LastSeq;
            }

            while (ring.Count > EngineLimits.MaxFeedBlocks || (bytes > EngineLimits.MaxFeedBytes && ring.Count > 1))
            {
                bytes -= ring.First!.Value.Bytes.Length;
                ring.RemoveFirst();
            }

            hasEnded = ended;
            wake = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        wake.TrySetResult();
    }

    public IReadOnlyList<EventBlock>? Read(long after, out bool ended)
    {
        lock (gate)
        {
            ended = hasEnded && after >= last && last > 0;
            if (ring.First is not { } first || after + 1 < first.Value.FirstSeq) return null;
            if (after >= last) return [];
            var found = new List<EventBlock>();
            for (var node = ring.Last; node is not null && node.Value.LastSeq > after; node = node.Previous) found.Add(node.Value);
            found.Reverse();
            ended = hasEnded;
            return found;
        }
    }

    public Task WaitAsync(long after, TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (last > after) return Task.CompletedTask;
            return UntilAsync(changed.Task);
        }

        async Task UntilAsync(Task change)
        {
            // Its timer goes with the wait: a delay beside the change would stay for a second at every publish and viewer.
            await change.WaitAsync(time, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Clear()
    {
        ring.Clear();
        bytes = 0;
    }
}
