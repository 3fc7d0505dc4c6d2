namespace Sightglass.Core.Stages.Http;

/// <summary>Bounds of <c>http</c> stages that nobody needs to change; the others are in <see cref="HttpStageOptions"/>.</summary>
internal static class HttpLimits
{
    /// <summary>The most kilobytes of a response's headers.</summary>
    public const int MaxHeaderKilobytes = 64;

    /// <summary>How long a connection is used, so that a changed address is noticed.</summary>
    public static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);
}
