using System.Text.Json;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Executions;

/// <summary>What comes with a command.</summary>
/// <param name="Stage">The stage it is about.</param>
/// <param name="Comment">What is said to an answer.</param>
/// <param name="Reason">Why it is asked.</param>
internal sealed record CommandBody(string? Stage = null, string? Comment = null, string? Reason = null)
{
    public static (CommandBody Body, ApiProblem? Problem) Read(JsonElement json)
    {
        string? wrong = null;
        var body = new CommandBody(Text("stage"), Text("comment"), Text("reason"));
        return (body, wrong is null ? null : ApiProblem.BadRequest("invalid_request", $"'{wrong}' has to be a text of at most {ServerLimits.MaxTextChars} characters."));

        string? Text(string name)
        {
            if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
            if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= ServerLimits.MaxTextChars } text) return text;
            wrong = name;
            return null;
        }
    }
}
