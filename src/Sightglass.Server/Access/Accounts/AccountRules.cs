using Sightglass.Core.Ports;

namespace Sightglass.Server.Access.Accounts;

/// <summary>What names and passwords may be.</summary>
internal static class AccountRules
{
    // What events say of those who are no account, and what roles are called: a person of that name could not be told from them.
    private static readonly HashSet<string> Reserved = new(["local", "timeout", "anonymous", "none", "viewer", "operator", "author", "admin"], StringComparer.Ordinal);

    /// <summary>Says what is wrong with the name of an account; nothing where it may be.</summary>
    public static string? CheckName(string? name) => name switch
    {
        null or "" => "Give the account a name.",
        _ when name.Length > AccessLimits.MaxAccountName || !char.IsAsciiLetterLower(name[0]) && !char.IsAsciiDigit(name[0]) || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '_' or '-' or '@' or '+')) =>
            $"The name of an account has 1 to {AccessLimits.MaxAccountName} characters: a-z, 0-9 and . _ - @ +, the first a letter or a digit.",
        _ when Reserved.Contains(name) => $"'{name}' means something else already; choose another name.",
        _ => null,
    };

    /// <summary>Says what is wrong with the name of an organisation; nothing where it may be.</summary>
    public static string? CheckOrganization(string? name) =>
        name is { Length: >= 1 } && name.Length <= Math.Min(AccessLimits.MaxOrganizationName, RecordKey.MaxOrganizationBytes) && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? null
            : $"The name of an organisation has 1 to {AccessLimits.MaxOrganizationName} characters: a-z, 0-9 and -, the first a letter.";

    /// <summary>Says what is wrong with a password; nothing where it may be.</summary>
    public static string? CheckPassword(string? password, string account) => password switch
    {
        null => "Give a password.",
        _ when password.Length < AccessLimits.MinPasswordChars => $"The password has to have {AccessLimits.MinPasswordChars} characters or more; a few words are good.",
        _ when password.Length > AccessLimits.MaxPasswordChars => $"The password may have {AccessLimits.MaxPasswordChars} characters.",
        _ when password.Contains(account, StringComparison.OrdinalIgnoreCase) && password.Length < account.Length + AccessLimits.MinPasswordChars => "The password is little more than the name of the account; choose another.",
        _ when password.Distinct().Count() < 4 => "The password repeats a few characters; choose another.",
        _ => null,
    };
}
