using Sightglass.Core.Executions;

namespace Sightglass.Core.Graphs;

/// <summary>The colours of states, the same in every drawing and on the dashboard.</summary>
internal static class StateColors
{
    public static string Of(StageStatus status) => status switch
    {
        StageStatus.Running => "#3182CE",
        StageStatus.Completed => "#38A169",
        StageStatus.Failed => "#E53E3E",
        StageStatus.Waiting => "#D69E2E",
        StageStatus.Blocked => "#805AD5",
        StageStatus.Cancelled or StageStatus.Skipped => "#718096",
        _ => "#A0AEC0",
    };
}
