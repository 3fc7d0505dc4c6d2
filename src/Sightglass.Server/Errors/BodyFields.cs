using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Server.Access;

namespace Sightglass.Server.Errors;

/// <summary>Reads the members of a body, and collects all that is wrong with them.</summary>
internal sealed class BodyFields(JsonElement body, ApiProblem? unreadable)
{
    private readonly List<Problem> _problems = [];

    /// <summary>Gets what is wrong with the body; nothing where all is well.</summary>
    public ApiProblem? Problem => unreadable ?? (_problems.Count == 0 ? null : new ApiProblem(400, "invalid_request", _problems[0].Message, _problems));

    public bool Has(string name) => unreadable is null && body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public string? Text(string name, int mostChars, bool isRequired = false)
    {
        if (!Has(name))
        {
            if (isRequired) Reject(name, $"'{name}' is missing.");
            return null;
        }

        if (body.GetProperty(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { } text && text.Length <= mostChars) return text;
        Reject(name, $"'{name}' has to be a text of at most {mostChars} characters.");
        return null;
    }

    public bool? Flag(string name)
    {
        if (!Has(name)) return null;
        var value = body.GetProperty(name);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Reject(name, $"'{name}' has to be true or false.");
        return null;
    }

    public int? Number(string name, int least, int most)
    {
        if (!Has(name)) return null;
        var value = body.GetProperty(name);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most) return number;
        Reject(name, $"'{name}' has to be a number from {least} to {most}.");
        return null;
    }

    public Role? Role(string name)
    {
        if (!Has(name)) return null;
        if (body.GetProperty(name) is { ValueKind: JsonValueKind.String } value && Roles.TryParse(value.GetString(), out var role)) return role;
        Reject(name, $"'{name}' must be one of {Roles.Names}.");
        return null;
    }

    /// <summary>Reads an object of roles by pipeline id.</summary>
    public IReadOnlyDictionary<string, Role>? Grants(string name)
    {
        if (!Has(name)) return null;
        var value = body.GetProperty(name);
        var grants = new Dictionary<string, Role>(StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (grants.Count >= AccessLimits.MaxGrants || member.Name.Length > AccessLimits.MaxAuditChars || member.Value.ValueKind != JsonValueKind.String || !Roles.TryParse(member.Value.GetString(), out var role)) break;
                if (role != Sightglass.Server.Access.Role.None) grants[member.Name] = role;
            }

            if (grants.Count == value.EnumerateObject().Count(m => !(m.Value.ValueKind == JsonValueKind.String && m.Value.ValueEquals("none"u8)))) return grants;
        }

        Reject(name, $"'{name}' has to be an object of at most {AccessLimits.MaxGrants} pipeline ids, each with one of {Roles.Names}.");
        return null;
    }

    public IReadOnlyList<string>? Texts(string name, int most)
    {
        if (!Has(name)) return null;
        var value = body.GetProperty(name);
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= 1 && value.GetArrayLength() <= most && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String && v.GetString()!.Length is > 0 and <= AccessLimits.MaxAuditChars))
            return [.. value.EnumerateArray().Select(v => v.GetString()!).Distinct(StringComparer.Ordinal)];
        Reject(name, $"'{name}' has to be a list of 1 to {most} texts.");
        return null;
    }

    public void Reject(string name, string message) => _problems.Add(new Problem("invalid_request", ProblemSeverity.Error, message, null, "", 0, 0, name));
}
