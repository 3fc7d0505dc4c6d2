namespace Sightglass.Core.Executions;

/// <summary>The part of the fold that is about triggers and approvals.</summary>
internal static class TriggerFold
{
    public static void Wait(StageState stage, StageWaiting data)
    {
        stage.Status = data.For == "approval" ? StageStatus.Blocked : StageStatus.Waiting;
        stage.WaitingFor = data.For;
        stage.Due = data.Until;
        if (stage.InAttempt || data.For != "timer") return;

        // The timer that has just started; a trigger may have several, each with a time of its own.
        foreach (var (number, fact) in stage.Facts)
        {
            if (fact is not { IsTicking: true, Due: null }) continue;
            stage.Facts[number] = fact with { Due = data.Until };
            return;
        }
    }

    public static void Evaluate(StageState stage, DateTimeOffset time, TriggerEvaluated data)
    {
        var known = stage.Facts.GetValueOrDefault(data.Trigger);

        // Of an approval only what the clock says comes this way.
        var result = data is { Kind: "approval", TimedOut: null } ? known?.Result : data.Result;
        stage.Facts[data.Trigger] = (known ?? new TriggerFact(data.Kind, null)) with
        {
            Result = result,
            Why = data.Why,
            Since = known is not null && known.Result == result ? known.Since : time,
            Deadline = data.Deadline ?? known?.Deadline,
            TimedOut = data.TimedOut ?? known?.TimedOut,
            Cancelled = data.Cancelled,
            Event = data.Event ?? known?.Event,
            Records = (known?.Records ?? 0) + 1,
        };
    }

    public static void Ask(StageState stage, DateTimeOffset time, ApprovalRequested data)
    {
        Close(stage, data.Trigger);
        stage.OpenApprovalCount++;
        var known = stage.Facts.GetValueOrDefault(data.Trigger);
        stage.Facts[data.Trigger] = new TriggerFact("approval", null)
        {
            IsOpen = true, Since = time, Due = data.Deadline, Deadline = known?.Deadline, Asked = data.By, Message = data.Message,
        };
    }

    public static void Answer(StageState stage, DateTimeOffset time, int number, bool granted, string? by)
    {
        Close(stage, number);
        stage.Facts[number] = (stage.Facts.GetValueOrDefault(number) ?? new TriggerFact("approval", null)) with
        {
            Result = granted, By = by, Since = time, Why = (granted ? "granted" : "rejected") + (by is null ? "" : $" by {by}"),
        };
    }

    public static void Withdraw(StageState stage, DateTimeOffset time, int number, string? why)
    {
        Close(stage, number);

        // Where its time was over that was told already.
        if (stage.Facts.TryGetValue(number, out var fact) && fact.TimedOut is null) stage.Facts[number] = fact with { Cancelled = true, Why = why, Since = time };
    }

    /// <summary>Takes back the questions that nobody has answered: what they were asked for has been decided without them.</summary>
    public static void Close(StageState stage)
    {
        if (stage.OpenApprovalCount == 0) return;
        foreach (var (number, _) in stage.OpenApprovals().ToArray()) Close(stage, number);
    }

    private static void Close(StageState stage, int number)
    {
        if (!stage.Facts.TryGetValue(number, out var fact) || !fact.IsOpen) return;
        stage.Facts[number] = fact with { IsOpen = false };
        stage.OpenApprovalCount--;
    }
}
