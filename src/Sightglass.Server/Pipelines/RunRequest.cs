using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Webhooks;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Pipelines;

/// <summary>The body of a run: what to give the pipeline, and how to queue it.</summary>
internal sealed record RunRequest
{
    public JsonElement? Input { get; private set; }

    public StagePriority Priority { get; private set; } = StagePriority.Medium;

    public IReadOnlyDictionary<string, string>? Labels { get; private set; }

    public IReadOnlyDictionary<string, string>? Sets { get; private set; }

    /// <summary>Gets the address that is told about the end.</summary>
    public string? WebhookUrl { get; private set; }

    /// <summary>Gets the text of a pipeline that is not in the folder.</summary>
    public string? Definition { get; private set; }

    /// <summary>Gets the ids of the stages before which it stops.</summary>
    public IReadOnlyList<string> Breakpoints { get; private set; } = [];

    public string? FileName { get; private set; }

    public string? BaseFolder { get; private set; }

    public string? RequestedBy { get; private set; }

    /// <summary>Reads the body; members that it does not know are passed over.</summary>
    public static (RunRequest Request, ApiProblem? Problem) Read(JsonElement body, bool isOwner)
    {
        var reading = new Reading(body);
        var request = new RunRequest
        {
            Input = reading.Input(),
            Priority = reading.Priority(),
            Labels = reading.Texts("labels", StartRequest.MaxLabels, StartRequest.MaxLabelChars),
            Sets = reading.Texts("sets", ServerLimits.MaxSets, int.MaxValue),
        };
        request.WebhookUrl = reading.Url("webhookUrl");
        request.Breakpoints = reading.List("breakpoints", StartRequest.MaxBreakpoints);
        if (isOwner)
        {
            request.Definition = reading.Text("definition");
            request.FileName = reading.Text("fileName");
            request.BaseFolder = reading.Text("baseFolder");
            request.RequestedBy = reading.Text("requestedBy");
        }
        else if (reading.Has("definition") || reading.Has("baseFolder") || reading.Has("requestedBy"))
        {
            return (request, new ApiProblem(403, "owner_only", "definition, baseFolder and requestedBy are taken over the local socket only; put the file into the pipelines folder."));
        }

        return (request, reading.Problem);
    }

    private sealed class Reading(JsonElement body)
    {
        private readonly List<Problem> _problems = [];

        public ApiProblem? Problem => _problems.Count == 0 ? null : new ApiProblem(400, "invalid_request", _problems[0].Message, _problems);

        public bool Has(string name) => body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

        public JsonElement? Input() => body.TryGetProperty("input", out var value) ? value : null;

        public string? Text(string name)
        {
            if (!Has(name)) return null;
            var value = body.GetProperty(name);
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
            Add(name, $"'{name}' has to be text.");
            return null;
        }

        public string? Url(string name)
        {
            var text = Text(name);
            var isUrl = text is null || (text.Length <= WebhookLimits.MaxUrlChars && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0);
            if (!isUrl) Add(name, $"'{name}' has to be an http or https address of at most {WebhookLimits.MaxUrlChars} characters, without a password.");
            return text;
        }

        public StagePriority Priority()
        {
            if (!Has("priority")) return StagePriority.Medium;
            switch (Text("priority"))
            {
                case "urgent": return StagePriority.Urgent;
                case "high": return StagePriority.High;
                case "medium" or null: return StagePriority.Medium;
                case "low": return StagePriority.Low;
                default:
                    Add("priority", "'priority' is urgent, high, medium or low.");
                    return StagePriority.Medium;
            }
        }

        public Dictionary<string, string>? Texts(string name, int most, int chars)
        {
            if (!Has(name)) return null;
            var value = body.GetProperty(name);
            if (value.ValueKind != JsonValueKind.Object)
            {
                Add(name, $"'{name}' has to be an object of texts.");
                return null;
            }

            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in value.EnumerateObject())
            {
                if (_problems.Count > 50) break;
                if (member.Value.ValueKind != JsonValueKind.String) Add($"{name}.{member.Name}", $"'{member.Name}' of '{name}' has to be text.");
                else if (member.Name.Length > chars || member.Value.GetString()!.Length > chars) Add(name, $"A name or value of '{name}' is longer than {chars} characters.");
                else texts[member.Name] = member.Value.GetString()!;
            }

            if (texts.Count > most) Add(name, $"'{name}' has {texts.Count} members; {most} are allowed.");
            return texts;
        }

        public List<string> List(string name, int most)
        {
            if (!Has(name)) return [];
            var value = body.GetProperty(name);
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most || value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String))
            {
                Add(name, $"'{name}' has to be a list of at most {most} texts.");
                return [];
            }

            return [.. value.EnumerateArray().Select(v => v.GetString()!)];
        }

        private void Add(string path, string message) =>
            _problems.Add(new Problem("invalid_request", ProblemSeverity.Error, message, null, "", 0, 0, path));
    }
}
