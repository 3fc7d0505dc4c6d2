namespace Sightglass.Server.Access.Oidc;

/// <summary>The page that is shown after a login: one of this server, and nothing else.</summary>
internal static class NextPage
{
    /// <summary>Gives the page, or the start page where another one is asked for.</summary>
    public static string Of(string? asked)
    {
        // Browsers take '//', '/\' and what they strip on the way for the beginning of another host.
        var isLocal = asked is ['/', ..] && asked.Length <= OidcLimits.MaxNext && (asked.Length == 1 || asked[1] is not ('/' or '\\'))
            && !asked.AsSpan().ContainsAnyInRange('\0', ' ') && !asked.AsSpan().ContainsAnyExceptInRange('!', '~') && !asked.Contains('\\', StringComparison.Ordinal);
        return isLocal ? asked! : "/";
    }
}
