using Microsoft.AspNetCore.Http;
using Sightglass.Server.Access.Sessions;

namespace Sightglass.Server.Access;

/// <summary>By what a caller is known over the network, as it can be looked at after the request: a token, a session, or where
/// they sit.</summary>
/// <param name="Token">The text of the token.</param>
/// <param name="Session">The session.</param>
internal sealed record Credential(string? Token, Session? Session)
{
    private const string Bearer = "Bearer ";

    /// <summary>Gets what is the same for all requests of one.</summary>
    public string Key => Token ?? Session?.Id.ToString() ?? "";

    public static Credential Of(HttpContext context) =>
        new(context.Request.Headers.Authorization is [{ } text] && text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : null, context.Features.Get<Session>());
}
