using System.Globalization;
using Sightglass.Core.Executions;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>Our words in those of the playbook viewer.</summary>
internal static class PlaybookTerms
{
    public static string StateOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Queued => "queued",
        ExecutionStatus.Running => "running",
        ExecutionStatus.Paused => "blocked",
        ExecutionStatus.Completed => "success",
        ExecutionStatus.Failed => "failed",
        _ => "canceled",
    };

    public static string StatusOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Queued => "PENDING",
        ExecutionStatus.Running or ExecutionStatus.Paused => "RUNNING",
        ExecutionStatus.Completed => "SUCCEEDED",
        ExecutionStatus.Failed => "FAILED",
        _ => "CANCELLED",
    };

    public static string StateOf(StageStatus status) => status switch
    {
        StageStatus.Queued => "queued",
        StageStatus.Running => "running",
        StageStatus.Blocked => "blocked",
        StageStatus.Completed => "success",
        StageStatus.Failed => "failed",
        StageStatus.Skipped => "skipped",
        StageStatus.Cancelled => "canceled",
        _ => "waiting_for_dependencies",
    };

    public static string StatusOf(StageStatus status) => status switch
    {
        StageStatus.Running => "RUNNING",
        StageStatus.Completed => "SUCCEEDED",
        StageStatus.Failed => "FAILED",
        StageStatus.Skipped or StageStatus.Cancelled => "SKIPPED",
        _ => "PENDING",
    };

    /// <summary>Gives the nearest of the four types that the viewer knows: what asks something outside is an <c>API</c>, what
    /// decides how it goes on a <c>BRANCH</c>, what computes <c>DATA</c>.</summary>
    public static string TypeOf(string type) => type switch
    {
        "agent" => "AGENT",
        "branch" or "wait" => "BRANCH",
        "http" or "shell" or "pipeline" => "API",
        _ => "DATA",
    };

    /// <summary>Gives a version as the number that the viewer wants: the digits that it begins with, else 1.</summary>
    public static int VersionOf(string? version)
    {
        var digits = version is null ? 0 : version.TakeWhile(char.IsAsciiDigit).Count();
        return digits > 0 && int.TryParse(version.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
    }

    /// <summary>Gives how many of a hundred stages have ended.</summary>
    public static int PercentOf(ExecutionState state)
    {
        var counts = state.CountStages();
        return counts.Total == 0 ? 0 : (int)Math.Round(100.0 * (counts.Completed + counts.Failed + counts.Skipped) / counts.Total);
    }

    /// <summary>Gives the id of the stage that was started last.</summary>
    public static string? CurrentOf(ExecutionState state) => state.CurrentStage > 0 ? state.Stages[state.CurrentStage - 1].Id : null;
}
