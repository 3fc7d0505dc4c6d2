namespace Sightglass.Server.Access.Oidc;

/// <summary>What others wrote, before it stands in a message of ours.</summary>
internal static class OidcText
{
    /// <summary>Gives a text without control characters, shortened.</summary>
    public static string Clean(string text)
    {
        var shown = new string([.. text.Where(static c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(200)]);
        return shown.Length == 0 ? "without a reason" : shown;
    }
}
