using Sightglass.Core.Executions.Plans;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>
/// How far the trigger of one stage is. Each group counts what its children say, so that a change costs the groups above it
/// and not the whole tree. Derived from the state and made anew from it after a recovery.
/// </summary>
internal sealed class TriggerTree
{
    private const int Worlds = 3;
    private const int Verdicts = 7;

    private readonly TriggerPlan plan;
    private readonly Verdict[] verdicts;
    private readonly int[] counts;
    private readonly bool[] forced;
    private readonly int[] openStages;

    public TriggerTree(TriggerPlan plan)
    {
        this.plan = plan;
        verdicts = new Verdict[plan.Nodes.Count * Worlds];
        counts = new int[plan.Nodes.Count * Worlds * Verdicts];
        forced = new bool[plan.Nodes.Count];
        openStages = new int[plan.Leaves.Count];
        foreach (var node in plan.Nodes)
        {
            if (node is null) continue;

            // Everything begins as pending, groups included: none is empty.
            for (var world = 0; world < Worlds; world++) counts[CountAt(node.Number, world, Verdict.Pending)] = node.Children.Count;
        }
    }

    public TriggerPlan Plan => plan;

    /// <summary>Conditions over stages that can be judged now, and have not been.</summary>
    public SortedSet<int> Dirty { get; } = [];

    /// <summary>Groups that have come to a result since this was last emptied.</summary>
    public List<int> Settled { get; } = [];

    /// <summary>Nodes whose time has not begun.</summary>
    public List<int> Untimed { get; } = [];

    /// <summary>Whether people and other systems were asked.</summary>
    public bool Asked { get; set; }

    /// <summary>Whether the timers were started.</summary>
    public bool TimersStarted { get; set; }

    public Verdict this[TriggerWorld world] => verdicts[At(plan.Root, (int)world)];

    public Verdict Of(int number) => verdicts[At(number, 0)];

    /// <summary>Tells whether a result is one that nothing will make less of.</summary>
    public static bool IsSettled(Verdict verdict) => verdict is Verdict.Holds or Verdict.HoldsOutside or Verdict.Never or Verdict.Rejected;

    /// <summary>Tells whether nobody needs the node's answer any more: it, or a group around it, has come to a result.</summary>
    public bool IsMoot(int number)
    {
        // A group that was skipped so far can still hold by a stage that has not ended; a condition has been judged.
        if (Of(number) == Verdict.Skipped && plan.Nodes[number]!.Leaf is not null) return true;
        for (var n = number; n >= 0; n = plan.Nodes[n]!.Parent)
        {
            if (IsSettled(verdicts[At(n, 0)])) return true;
        }

        return false;
    }

    /// <summary>Sets how many stages a condition still waits for; none makes it ready to be judged.</summary>
    public void Await(int leaf, int stages)
    {
        openStages[leaf] = stages;
        if (stages == 0) Dirty.Add(leaf);
    }

    /// <summary>A stage that the condition names has ended.</summary>
    public void StageEnded(int leaf)
    {
        if (--openStages[leaf] <= 0) Dirty.Add(leaf);
    }

    /// <summary>Says what a condition has come to.</summary>
    public void Set(int number, Verdict verdict)
    {
        if (forced[number]) return;
        var leaf = plan.Nodes[number]!.Leaf!;
        var open = verdict == Verdict.PendingOutside;
        Change(number, TriggerWorld.Real, verdict);
        Change(number, TriggerWorld.Answered, open ? Verdict.HoldsOutside : verdict);
        Change(number, TriggerWorld.Elapsed, open && leaf.Kind == TriggerLeafKind.Timer ? Verdict.HoldsOutside : verdict);
    }

    /// <summary>Decides a node whatever stands below it.</summary>
    public void Force(int number, Verdict verdict)
    {
        forced[number] = true;
        for (var world = 0; world < Worlds; world++) Change(number, (TriggerWorld)world, verdict);
    }

    /// <summary>Tells what the whole would say if people, systems and the clock, and this node as well, had said yes.</summary>
    public Verdict IfHeld(int number)
    {
        const int world = (int)TriggerWorld.Answered;
        var verdict = Verdict.HoldsOutside;
        Span<int> changed = stackalloc int[Verdicts];
        for (var n = number; ; n = plan.Nodes[n]!.Parent)
        {
            if (n != number) verdict = forced[n] ? verdicts[At(n, world)] : Combine(plan.Nodes[n]!.IsAll, changed);
            var parent = plan.Nodes[n]!.Parent;
            if (parent < 0) return verdict;
            counts.AsSpan(CountAt(parent, world, 0), Verdicts).CopyTo(changed);
            changed[(int)verdicts[At(n, world)]]--;
            changed[(int)verdict]++;
        }
    }

    /// <summary>Gives the conditions that the result came from, as a reader from top to bottom meets them: up to the first that
    /// decides a group.</summary>
    public IEnumerable<TriggerNode> Deciding()
    {
        var open = new Stack<int>([plan.Root]);
        while (open.TryPop(out var number))
        {
            var node = plan.Nodes[number]!;
            if (node.Leaf is not null || forced[number])
            {
                yield return node;
                continue;
            }

            var decides = node.IsAll ? Verdict.Never : Verdict.Holds;
            var first = node.Children.Count;
            for (var i = 0; i < node.Children.Count && first == node.Children.Count; i++)
            {
                if (Of(node.Children[i]) == decides) first = i + 1;
            }

            for (var i = first - 1; i >= 0; i--) open.Push(node.Children[i]);
        }
    }

    private static Verdict Combine(bool isAll, ReadOnlySpan<int> says) => isAll ? All(says) : Any(says);

    private static Verdict All(ReadOnlySpan<int> says)
    {
        if (says[(int)Verdict.Never] > 0) return Verdict.Never;
        if (says[(int)Verdict.Rejected] > 0) return Verdict.Rejected;
        if (says[(int)Verdict.Pending] > 0) return Verdict.Pending;

        // Nobody outside is asked where every stage that this stands for was skipped.
        if (says[(int)Verdict.Skipped] > 0 && says[(int)Verdict.Holds] == 0) return Verdict.Skipped;
        if (says[(int)Verdict.PendingOutside] > 0) return Verdict.PendingOutside;
        return says[(int)Verdict.Holds] > 0 ? Verdict.Holds : Verdict.HoldsOutside;
    }

    private static Verdict Any(ReadOnlySpan<int> says)
    {
        // A no is an answer: the stage does not go on waiting for an event that may never come.
        foreach (var verdict in (ReadOnlySpan<Verdict>)[Verdict.Holds, Verdict.HoldsOutside, Verdict.Rejected, Verdict.Pending, Verdict.PendingOutside, Verdict.Skipped])
        {
            if (says[(int)verdict] > 0) return verdict;
        }

        return Verdict.Never;
    }

    private static int At(int number, int world) => (number * Worlds) + world;

    private static int CountAt(int number, int world, Verdict verdict) => (At(number, world) * Verdicts) + (int)verdict;

    private void Change(int number, TriggerWorld world, Verdict verdict)
    {
        var w = (int)world;
        for (var n = number; ;)
        {
            var before = verdicts[At(n, w)];
            if (before == verdict) return;
            verdicts[At(n, w)] = verdict;
            var node = plan.Nodes[n]!;
            if (world == TriggerWorld.Real && node.Leaf is null && IsSettled(verdict) && !IsSettled(before)) Settled.Add(n);
            if (node.Parent < 0) return;
            n = node.Parent;
            counts[CountAt(n, w, before)]--;
            counts[CountAt(n, w, verdict)]++;
            if (forced[n]) return;
            verdict = Combine(plan.Nodes[n]!.IsAll, counts.AsSpan(CountAt(n, w, 0), Verdicts));
        }
    }
}
