using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling;

/// <summary>
/// The slots of this process's worker and the executions that wait for one, by lane: the work queue in one process. Only
/// the execution is queued; which of its stages runs is decided when it gets the slot. Guarded by <c>gate</c>.
/// </summary>
internal class WorkerSlots(int count)
{
    private readonly Lock gate = new();
    private readonly LinkedList<ExecutionActor>[] waiting = [new(), new(), new(), new()];
    private readonly int total = count;
    private int free = count;

    /// <summary>Takes a slot unless none is free or another waits in the same or a higher lane.</summary>
    public virtual bool TryTake(ExecutionActor actor, StagePriority lane)
    {
        lock (gate)
        {
            if (free == 0 || !IsNext(actor, (int)lane)) return false;
            free--;
            return true;
        }
    }

    /// <summary>Keeps a slot that is in hand, unless another waits in the same or a higher lane: then it is theirs.</summary>
    /// <param name="actor">Who has it.</param>
    /// <param name="lane">The lane it is for.</param>
    /// <param name="granted">Whether it was waited for: then only a higher lane takes it away. Two of one lane would else hand
    /// it to and fro for ever, each finding the other waiting when its turn comes.</param>
    public virtual bool TryKeep(ExecutionActor actor, StagePriority lane, bool granted)
    {
        lock (gate)
        {
            if (IsNext(actor, granted ? (int)lane - 1 : (int)lane)) return true;
        }

        Release();
        return false;
    }

    /// <summary>Waits in a lane; an execution waits in one lane at a time, the highest it asked for.</summary>
    public virtual void Wait(ExecutionActor actor, StagePriority lane)
    {
        ExecutionActor? granted = null;
        lock (gate)
        {
            if (actor.Waiting is { } node)
            {
                if (actor.WaitingLane <= lane) return;
                node.List!.Remove(node);
            }

            actor.WaitingLane = lane;
            actor.Waiting = waiting[(int)lane].AddLast(actor);
            if (free > 0 && Best(3) is { } next)
            {
                // Slots can be free while this one was being refused a moment ago.
                free--;
                granted = Remove(next);
            }
        }

        granted?.Grant();
    }

    /// <summary>Gives how many slots are taken, and how many executions wait in each lane, the most urgent first.</summary>
    public (int Busy, int[] Waiting) Count()
    {
        lock (gate) return (total - free, [.. waiting.Select(lane => lane.Count)]);
    }

    public void Leave(ExecutionActor actor)
    {
        lock (gate)
        {
            if (actor.Waiting is not null) Remove(actor);
        }
    }

    /// <summary>Gives a slot back: to whoever waits longest in the highest lane, or to the free ones.</summary>
    public virtual void Release()
    {
        ExecutionActor? next;
        lock (gate)
        {
            next = Best(3);
            if (next is null) free++;
            else Remove(next);
        }

        next?.Grant();
    }

    // Whoever is first in line itself gives up its place with the slot: handing its own slots back to be granted one of
    // them would cost it a turn.
    private bool IsNext(ExecutionActor actor, int lane)
    {
        if (Best(lane) is not { } first) return true;
        if (first != actor) return false;
        Remove(actor);
        return true;
    }

    private ExecutionActor? Best(int lane)
    {
        for (var i = 0; i <= lane; i++)
        {
            if (waiting[i].First is { } node) return node.Value;
        }

        return null;
    }

    private static ExecutionActor Remove(ExecutionActor actor)
    {
        var node = actor.Waiting!;
        node.List!.Remove(node);
        actor.Waiting = null;
        return actor;
    }
}
