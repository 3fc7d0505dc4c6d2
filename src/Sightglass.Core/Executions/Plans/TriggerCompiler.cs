using Sightglass.Core.Definitions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>Compiles the trigger of one stage.</summary>
internal sealed class TriggerCompiler(BodyCompiler body)
{
    private readonly List<TriggerLeaf> leaves = [];
    private readonly List<TriggerNode> leafNodes = [];
    private readonly List<TriggerNode?> groups = [];
    private int firstGroup;

    public TriggerPlan Compile(TriggerDefinition trigger)
    {
        // Groups are numbered after the conditions, whose number must be known first; the one between is the wait stage's own.
        firstGroup = CountLeaves(trigger) + 1;
        var root = Add(trigger, -1);
        List<TriggerNode?> nodes = [.. leafNodes, null, .. groups];
        return new TriggerPlan
        {
            Nodes = nodes,
            Root = root,
            Leaves = leaves,
            Timed = [.. nodes.Where(n => n?.Timeout is not null).Select(n => n!.Number)],
            AsksOutside = leaves.Exists(l => l.IsOutside),
        };
    }

    private static int CountLeaves(TriggerDefinition trigger) => (trigger.All ?? trigger.Any) is { } children ? children.Sum(CountLeaves) : 1;

    private int Add(TriggerDefinition trigger, int parent)
    {
        if ((trigger.All ?? trigger.Any) is not { } children)
        {
            var leaf = Leaf(trigger, leaves.Count);
            leaves.Add(leaf);
            leafNodes.Add(new TriggerNode { Number = leaf.Number, Parent = parent, Leaf = leaf, Timeout = trigger.Timeout?.Value, OnTimeout = trigger.OnTimeout });
            return leaf.Number;
        }

        var slot = groups.Count;
        groups.Add(null);
        var number = firstGroup + slot;
        groups[slot] = new TriggerNode
        {
            Number = number,
            Parent = parent,
            IsAll = trigger.All is not null,
            Children = [.. children.Select(c => Add(c, number))],
            Timeout = trigger.Timeout?.Value,
            OnTimeout = trigger.OnTimeout,
        };
        return number;
    }

    private TriggerLeaf Leaf(TriggerDefinition trigger, int number)
    {
        if (trigger.Completed is not null) return new TriggerLeaf(number, TriggerLeafKind.Completed) { Stage = trigger.Completed };
        if (trigger.Failed is not null) return new TriggerLeaf(number, TriggerLeafKind.Failed) { Stage = trigger.Failed };
        if (trigger.Ended is not null) return new TriggerLeaf(number, TriggerLeafKind.Ended) { Stage = trigger.Ended };
        if (trigger.Event is not null)
            return new TriggerLeaf(number, TriggerLeafKind.Event) { EventType = trigger.Event, Condition = trigger.Where is null ? null : body.Expression(trigger.Where) };
        if (trigger.Approval is not null)
            return new TriggerLeaf(number, TriggerLeafKind.Approval) { Approval = trigger.Approval, Message = trigger.Approval.Message is null ? null : body.Template(trigger.Approval.Message) };
        if (trigger.When is null) return new TriggerLeaf(number, TriggerLeafKind.Timer) { Delay = trigger.Timer?.Value ?? TimeSpan.Zero };
        var own = new BodyCompiler();
        return new TriggerLeaf(number, TriggerLeafKind.Condition) { Condition = own.Expression(trigger.When), ConditionStages = [.. own.Stages] };
    }
}
