namespace Sightglass.Core.Stages.Secrets;

/// <summary>Bounds of secrets.</summary>
internal static class SecretLimits
{
    /// <summary>The most bytes of a file of secrets.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>The fewest characters of a secret that is masked: shorter ones would also hide innocent text.</summary>
    public const int MinLength = 8;
}
