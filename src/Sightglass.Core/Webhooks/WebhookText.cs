using System.Text.RegularExpressions;

namespace Sightglass.Core.Webhooks;

/// <summary>Texts of webhooks, in which secrets and nothing else may be named.</summary>
internal static partial class WebhookText
{
    /// <summary>Gives the names of the secrets that a text needs.</summary>
    public static IEnumerable<string> SecretsOf(string text) => Reference().Matches(text).Select(m => m.Groups["name"].Value);

    /// <summary>Says whether something else than secrets is named.</summary>
    public static bool HasOther(string text) => Reference().Replace(text, "").Contains("${{", StringComparison.Ordinal);

    /// <summary>Puts the secrets in.</summary>
    /// <param name="text">The text as its author wrote it.</param>
    /// <param name="findSecret">Finds a secret by its name.</param>
    /// <param name="missing">The first that was not found.</param>
    public static string? Reveal(string text, Func<string, string?> findSecret, out string? missing)
    {
        string? absent = null;
        var revealed = Reference().Replace(text, match =>
        {
            var name = match.Groups["name"].Value;
            if (findSecret(name) is { } value) return value;
            absent ??= name;
            return "";
        });
        missing = absent;
        return absent is null ? revealed : null;
    }

    [GeneratedRegex(@"\$\{\{\s*secrets\.(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
