namespace Sightglass.Core.Definitions;

/// <summary>Checks that each node of a trigger says exactly one thing.</summary>
internal static class TriggerChecks
{
    private const string Members = "all, any, completed, failed, ended, event, approval, when, timer";

    public static void Run(Check check, string path, TriggerDefinition root)
    {
        var left = new Stack<(string Path, TriggerDefinition Trigger)>();
        left.Push((path, root));
        while (left.TryPop(out var next))
        {
            CheckNode(check, next.Path, next.Trigger);
            for (var i = 0; i < (next.Trigger.All?.Count ?? 0); i++) left.Push(($"{next.Path}.all[{i}]", next.Trigger.All![i]));
            for (var i = 0; i < (next.Trigger.Any?.Count ?? 0); i++) left.Push(($"{next.Path}.any[{i}]", next.Trigger.Any![i]));
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
}
