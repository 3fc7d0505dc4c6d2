namespace Sightglass.Core.Agents;

/// <summary>Bounds of agents that nobody needs to change; the others are in <see cref="AgentStageOptions"/>.</summary>
internal static class AgentLimits
{
    /// <summary>The most bytes of a script of the <c>script</c> provider.</summary>
    public const int MaxScriptBytes = 1024 * 1024;
}
