namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Tells runs that other programs report from executions that an engine may take up.</summary>
internal static class ExternalRuns
{
    /// <summary>What <c>execution.created</c> names as the trigger of such a run.</summary>
    public const string Trigger = "external";
}
