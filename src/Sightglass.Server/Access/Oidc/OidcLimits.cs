namespace Sightglass.Server.Access.Oidc;

/// <summary>Bounds of logins by an OpenID provider.</summary>
internal static class OidcLimits
{
    /// <summary>The most bytes of an answer of the provider.</summary>
    public const int MaxAnswerBytes = 512 * 1024;

    /// <summary>The most keys that a provider signs with.</summary>
    public const int MaxKeys = 100;

    /// <summary>The fewest bits of an RSA key.</summary>
    public const int MinRsaBits = 2048;

    /// <summary>The most characters of an ID token.</summary>
    public const int MaxTokenChars = 64 * 1024;

    /// <summary>The most values of a claim that are looked at.</summary>
    public const int MaxClaimValues = 1000;

    /// <summary>The most characters of the name by which a provider knows a person.</summary>
    public const int MaxSubject = 255;

    /// <summary>The most characters of the page to which a login leads.</summary>
    public const int MaxNext = 1000;

    /// <summary>The most characters of each parameter with which the provider sends the browser back.</summary>
    public const int MaxParameter = 4000;

    /// <summary>How many connections to the provider there are at most; further logins wait.</summary>
    public const int MaxConnections = 8;

    /// <summary>How many logins that have come back are remembered, so that none comes back twice.</summary>
    public const int MaxReturned = 10_000;

    /// <summary>How long a login may take at the provider.</summary>
    public static readonly TimeSpan LoginTime = TimeSpan.FromMinutes(10);

    /// <summary>How far the clocks of the provider and of this machine may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>How long what the provider says of itself, and its keys, are believed without asking again.</summary>
    public static readonly TimeSpan DescriptionLife = TimeSpan.FromHours(1);

    /// <summary>How long after its keys were read a token with an unknown key makes them be read again.</summary>
    public static readonly TimeSpan KeyGap = TimeSpan.FromSeconds(30);
}
