namespace Sightglass.Server.Access;

/// <summary>Bounds of what is kept to tell callers and their rights.</summary>
internal static class AccessLimits
{
    /// <summary>How many executions are known by their organisation and pipeline without asking the store.</summary>
    public const int MaxKnownExecutions = 20_000;
}
