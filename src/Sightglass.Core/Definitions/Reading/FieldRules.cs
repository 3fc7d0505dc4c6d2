namespace Sightglass.Core.Definitions;

/// <summary>What holds for a member beyond its type.</summary>
internal sealed record FieldRule
{
    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>Gets the words allowed; empty for any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    public bool Required { get; init; }

    public string MissingCode { get; init; } = ProblemCodes.Missing;

    /// <summary>Gets what to write where it is missing.</summary>
    public string? Example { get; init; }
}

/// <summary>The rules of single members: the reader and the schema take them from here.</summary>
internal static class FieldRules
{
    public static IReadOnlyList<string> StageTypes { get; } = ["agent", "shell", "http", "data", "branch", "wait", "pipeline", "code"];

    public static IReadOnlyList<string> InputTypes { get; } = ["string", "number", "integer", "boolean", "object", "array", "any"];

    private static readonly Dictionary<(Type, string), FieldRule> Rules = new()
    {
        [(typeof(PipelineDefinition), "stages")] = new() { Required = true, Example = "at least one stage: 'stages: [{ id: hello, shell: { run: echo hello } }]'" },
        [(typeof(StageDefinition), "id")] = new() { Required = true, MissingCode = ProblemCodes.MissingId, Example = "a short name: 'id: analyze'" },
        [(typeof(StageDefinition), "type")] = new() { Choices = StageTypes },
        [(typeof(StageDefinition), "maxParallel")] = new() { Min = 1, Max = 10_000 },
        [(typeof(InputDefinition), "type")] = new() { Choices = InputTypes },
        [(typeof(RetryDefinition), "maxAttempts")] = new() { Min = 1, Max = 1_000 },
        [(typeof(RetryDefinition), "backoff")] = new() { Min = 1, Max = 1_000 },
        [(typeof(RepeatDefinition), "until")] = new() { Required = true, Example = "a condition: 'until: output.exitCode == 0'" },
        [(typeof(RepeatDefinition), "maxTimes")] = new() { Min = 1, Max = 1_000_000 },
        [(typeof(ConcurrencyDefinition), "group")] = new() { Required = true, Example = "the group's name" },
        [(typeof(ConcurrencyDefinition), "limit")] = new() { Min = 1, Max = 1_000_000 },
        [(typeof(RetentionDefinition), "maxCount")] = new() { Min = 0, Max = 100_000_000 },
        [(typeof(WebhookDefinition), "url")] = new() { Required = true, Example = "the address: 'url: https://example.com/hook'" },
        [(typeof(WebhookDefinition), "on")] = new() { Choices = ["completed", "failed", "cancelled", "stage.completed", "stage.failed"] },
        [(typeof(ScheduleDefinition), "id")] = new() { Required = true, MissingCode = ProblemCodes.MissingId, Example = "a short name: 'id: nightly'" },
        [(typeof(OutputDefinition), "format")] = new() { Choices = ["text", "json"] },
        [(typeof(OutputDefinition), "maxBytes")] = new() { Min = 0 },
        [(typeof(ApprovalDefinition), "onTimeout")] = new() { Choices = ["reject", "approve"] },
        [(typeof(HttpDefinition), "url")] = new() { Required = true, Example = "the address: 'url: https://api.example.com/improve'" },
        [(typeof(HttpDefinition), "maxResponseBytes")] = new() { Min = 1 },
        [(typeof(HttpDefinition), "maxRedirects")] = new() { Min = 0, Max = 50 },
        [(typeof(HttpDefinition), "expectStatus")] = new() { Min = 100, Max = 599 },
        [(typeof(AgentDefinition), "prompt")] = new() { Required = true, Example = "what the model is asked" },
        [(typeof(ModelDefinition), "provider")] = new() { Required = true, MissingCode = ProblemCodes.MissingModel, Example = "the provider's name as configured: 'provider: openai'" },
        [(typeof(ModelDefinition), "name")] = new() { Required = true, MissingCode = ProblemCodes.MissingModel, Example = "the model's name: 'name: gpt-4o-mini'" },
        [(typeof(ModelDefinition), "temperature")] = new() { Min = 0, Max = 2 },
        [(typeof(ModelDefinition), "maxTokens")] = new() { Min = 1, Max = int.MaxValue },
        [(typeof(MemoryDefinition), "recall")] = new() { Min = 0, Max = 1_000 },
        [(typeof(MemoryDefinition), "write")] = new() { Choices = ["none", "summary", "full"] },
        [(typeof(PipelineCallDefinition), "id")] = new() { Required = true, Example = "the id of the pipeline to run" },
        [(typeof(CodeDefinition), "name")] = new() { Required = true, Example = "the name the code is registered under" },
    };

    private static readonly Dictionary<Type, List<(string, FieldRule)>> Required = Rules
        .Where(rule => rule.Value.Required)
        .GroupBy(rule => rule.Key.Item1)
        .ToDictionary(group => group.Key, group => group.Select(rule => (rule.Key.Item2, rule.Value)).ToList());

    public static FieldRule? Of(Type type, string member) => Rules.GetValueOrDefault((type, member));

    public static IReadOnlyList<(string Name, FieldRule Rule)> RequiredOf(Type type) => Required.GetValueOrDefault(type) ?? [];
}
