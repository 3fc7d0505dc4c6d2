namespace Sightglass.Server.Executions.Transfer;

/// <summary>Names of files in headers: what could end the quotes or the header becomes an underscore.</summary>
internal static class SafeName
{
    /// <summary>Gives a name of letters, digits, dots, hyphens and underscores, of at most 100 characters.</summary>
    public static string Of(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        return string.Concat(last.Take(100).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
    }
}
