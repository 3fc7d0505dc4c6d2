namespace Sightglass.Core.Definitions;

/// <summary>Checks that each node of a trigger says exactly one thing.</summary>
internal static class TriggerChecks
{
    private const string Members = "all, any, completed, failed, ended, event, approval, when, timer";

    public static void Run(Check check, string path, TriggerDefinition root)
    {
        var left = new Stack<(string Path, TriggerDefinition Trigger, int Depth)>();
        left.Push((path, root, 0));
        while (left.TryPop(out var next))
        {
            CheckNode(check, next.Path, next.Trigger);
            CheckTimeout(check, next.Path, next.Trigger);
            if ((next.Trigger.All ?? next.Trigger.Any) is not null && next.Depth >= DefinitionLimits.TriggerDepth)
            {
                check.Error(ProblemCodes.TooDeep, next.Path, $"the trigger is nested more than {DefinitionLimits.TriggerDepth} levels deep", "flatten groups of the same kind, or move a part to a stage of its own");
                continue;
            }

            for (var i = 0; i < (next.Trigger.All?.Count ?? 0); i++) left.Push(($"{next.Path}.all[{i}]", next.Trigger.All![i], next.Depth + 1));
            for (var i = 0; i < (next.Trigger.Any?.Count ?? 0); i++) left.Push(($"{next.Path}.any[{i}]", next.Trigger.Any![i], next.Depth + 1));
        }
    }

    private static void CheckNode(Check check, string path, TriggerDefinition trigger)
    {
        bool[] given =
        [
            trigger.All is not null, trigger.Any is not null, trigger.Completed is not null, trigger.Failed is not null, trigger.Ended is not null,
            trigger.Event is not null, trigger.Approval is not null, trigger.When is not null, trigger.Timer is not null,
        ];
        var count = given.Count(member => member);
        var isBroken = Members.Split(", ").Any(member => check.IsBroken(SourcePath.Join(path, member)));
        if (count == 0 && !isBroken) check.Error(ProblemCodes.Missing, path, "a trigger says nothing", "write one of " + Members);
        if (count > 1) check.Error(ProblemCodes.SeveralMembers, path, "a trigger has several members", "put each into an item of 'all' or 'any'");
        if (trigger.Where is not null && trigger.Event is null) check.Error(ProblemCodes.Misplaced, path + ".where", "'where' stands only beside 'event'", "use 'when' for other conditions");
        if (trigger.Event is { Length: 0 }) check.Error(ProblemCodes.Missing, path + ".event", "the event has no type", "write the type, such as 'release.ready'");
        if (trigger.All is { Count: 0 }) check.Error(ProblemCodes.Missing, path + ".all", "'all' is empty", "list at least one condition");
        if (trigger.Any is { Count: 0 }) check.Error(ProblemCodes.Missing, path + ".any", "'any' is empty", "list at least one condition");
    }
    private static void CheckTimeout(Check check, string path, TriggerDefinition trigger)
    {
        if (trigger.Timeout is { } timeout)
        {
            CheckLength(check, path + ".timeout", timeout);
            if (trigger.Approval?.Timeout is not null) check.Error(ProblemCodes.SeveralMembers, path + ".timeout", "the approval has a timeout of its own", "keep the one inside 'approval', or this one");
        }
        else if (trigger.OnTimeout != TriggerTimeout.Fail && !check.IsBroken(path + ".timeout"))
        {
            check.Error(ProblemCodes.Misplaced, path + ".onTimeout", "'onTimeout' does nothing without 'timeout'", "write 'timeout:' with a duration beside it, such as 1h");
        }

        if (trigger.Approval?.Timeout is { } patience) CheckLength(check, path + ".approval.timeout", patience);
    }

    private static void CheckLength(Check check, string path, Duration timeout)
    {
        if (timeout.Value <= TimeSpan.Zero) check.Error(ProblemCodes.OutOfRange, path, $"'timeout' must be longer than nothing, found {timeout}", "write a duration such as 30s, or leave it out to wait without end");
    }
}
