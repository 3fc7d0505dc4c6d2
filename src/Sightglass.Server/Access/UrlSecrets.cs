using Microsoft.AspNetCore.Http;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access;

/// <summary>Refuses tokens in addresses, which end up in logs and histories.</summary>
internal static class UrlSecrets
{
    private static readonly ApiProblem Refusal = new ApiProblem(400, "token_in_url", "A token stands in the address, where logs and histories keep it: revoke it, and send the next one as 'Authorization: Bearer sg_…'.");

    public static ApiProblem? Check(HttpRequest request) =>
        HoldsToken(request.Path.Value) || HoldsToken(request.QueryString.Value) || request.Query.ContainsKey("access_token") || request.Query.ContainsKey("token") ? Refusal : null;

    private static bool HoldsToken(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf(Secrets.Prefix); at >= 0; at = text.IndexOf(Secrets.Prefix))
        {
            text = text[at..];
            if (text.Length >= Secrets.Length && !text[..Secrets.Length].ContainsAnyExcept(Secrets.Characters)) return true;
            text = text[Secrets.Prefix.Length..];
        }

        return false;
    }
}
