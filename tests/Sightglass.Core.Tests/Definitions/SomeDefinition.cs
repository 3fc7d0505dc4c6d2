using System.Text.Json;
using System.Text.Json.Nodes;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Tests.Definitions;

/// <summary>Makes definitions with every member of the model, whose structure is right and whose texts are as odd as texts get.</summary>
internal sealed class SomeDefinition(Random random)
{
    private static readonly string[] Odd =
    [
        "a", "two words", "", " ", " lead", "trail ", "true", "null", "~", "yes", "1", "1.50", "-0", "0x1F", ".inf", "1e5", "- a", "? b", ": c", "a: b", "a:", "#c", "a #b", "a#b",
        "<<", "*x", "&x", "!x", "%x", "@x", "`x", "|", ">", "{a}", "[a]", "a, b", "'", "''", "it's", "\"", "say \"x\"", "\\", "C:\\dir", "${{ inputs.x }}", "x == 'y' && z > 1",
        "line\nline", "line\nline\n", "a\n\n", "\n", "\na", " a\nb", "a\n  b\n c", "a \nb", "tab\there", "\ttab", "a\r\nb", "\r", "---", "...", "--- a", "a\n---\nb\n", "\u2028", "a\u0085b",
        "\uFEFF", "\u00A0", "ä", "日本語", "😀", "\u0001", "\0", "\u007F", "a\tb\n", "./x.sh", "https://example.com/a?b=c#d", "key: [1", "x:y", "0o17", "=", "!!str x", "a\n \nb", "\u200B",
    ];

    public static PipelineDefinition From(int seed) => new SomeDefinition(new Random(seed)).Pipeline();

    public PipelineDefinition Pipeline() => new()
    {
        Id = "p" + random.Next(100),
        Name = MaybeText(),
        Version = MaybeText(),
        Description = MaybeText(),
        Inputs = Maybe() ? Map(() => new InputDefinition
        {
            Type = One("string", "number", "any"),
            Required = Maybe(),
            Default = MaybeValue(),
            Enum = List(Value),
            Description = MaybeText(),
            Secret = Maybe(),
            Extensions = Extensions(),
        }) : new Dictionary<string, InputDefinition>(),
        Defaults = Maybe() ? new() { Timeout = MaybeTime(), Retry = MaybeRetry(), Extensions = Extensions() } : null,
        OnFailure = One(Enum.GetValues<FailurePolicy>()),
        Concurrency = Maybe() ? new() { Group = Word(), Limit = random.Next(1, 5), WhenFull = One(Enum.GetValues<WhenFull>()) } : null,
        Personalities = Map(() => new PersonalityDefinition { Name = MaybeText(), Tone = MaybeText(), Constraints = List(Text), Extensions = Extensions() }),
        Stages = [.. Enumerable.Range(0, random.Next(1, 6)).Select(Stage)],
        Extensions = Extensions(),
    };

    private StageDefinition Stage(int index)
    {
        var stage = new StageDefinition
        {
            Id = "s" + index,
            Name = MaybeText(),
            Needs = List(Text),
            Triggers = Maybe() ? Trigger(0) : null,
            When = MaybeText(),
            Then = MaybeText(),
            Else = MaybeText(),
            ForEach = MaybeValue(),
            MaxParallel = Maybe() ? random.Next(1, 9) : null,
            Repeat = Maybe() ? new() { Until = Word(), MaxTimes = random.Next(1, 12), Delay = MaybeTime() } : null,
            Retry = MaybeRetry(),
            Timeout = MaybeTime(),
            Priority = Maybe() ? One(Enum.GetValues<StagePriority>()) : null,
            OnLost = One(Enum.GetValues<LostPolicy>()),
            Output = Maybe() ? new() { Format = One("text", "json"), Schema = MaybeValue(), MaxBytes = Maybe() ? random.NextInt64(1L << 40) : null } : null,
            Extensions = Extensions(),
        };
        switch (random.Next(8))
        {
            case 0: stage.Shell = Shell(); break;
            case 1: stage.Http = new() { Method = One("GET", "POST"), Url = Word(), Headers = Map(Text), Body = MaybeValue(), MaxRedirects = Maybe() ? 0 : null, ExpectStatus = [200, 204] }; break;
            case 2: stage.Agent = new()
            {
                Prompt = Word(), System = MaybeText(), Personality = MaybeText(), Tools = List(Text), Consult = List(Text),
                Model = Maybe() ? new() { Provider = Word(), Name = Word(), Temperature = Maybe() ? 0 : 0.5, MaxTokens = 10 } : null,
                Memory = Maybe() ? new() { Recall = random.Next(3), Write = One("none", "full") } : null,
            };
                break;
            case 3: stage.Data = new() { Value = MaybeValue(), Merge = Maybe() ? List(Text) : null, Pick = Maybe() ? Map(Text) : null, Default = MaybeValue() }; break;
            case 4: stage.Wait = new() { For = MaybeTime(), Until = MaybeText(), Event = MaybeText(), Approval = Maybe() ? new() { By = List(Text), Message = MaybeText() } : null }; break;
            case 5: stage.Pipeline = new() { Id = Word(), Input = MaybeValue() }; break;
            case 6: stage.Code = new() { Name = Word(), Input = MaybeValue(), Extensions = Extensions() }; break;
            default: stage.Type = "branch"; break;
        }

        if (Maybe()) stage.Undo = new() { Shell = Shell(), Timeout = MaybeTime() };
        return stage;
    }

    private ShellDefinition Shell() => new() { Run = MaybeText(), Exec = List(Text), Args = List(Text), Env = Map(Text), Workdir = MaybeText(), Stdin = MaybeText(), Extensions = Extensions() };

    private TriggerDefinition Trigger(int depth) => random.Next(depth > 3 ? 4 : 6) switch
    {
        0 => new() { Completed = Text() },
        1 => new() { Event = Text(), Where = MaybeText() },
        2 => new() { Timer = Time() },
        3 => new() { Approval = new() { OnTimeout = One("reject", "approve"), Timeout = MaybeTime() } },
        4 => new() { All = List(() => Trigger(depth + 1)) },
        _ => new() { Any = List(() => Trigger(depth + 1)), Extensions = Extensions() },
    };

    private RetryDefinition? MaybeRetry() => Maybe()
        ? new() { MaxAttempts = random.Next(1, 9), Backoff = One(1, 1.5, 2), Delay = Time(), MaxDelay = Time(), Extensions = Extensions() }
        : null;

    private Dictionary<string, JsonElement>? Extensions() => Maybe() ? new() { ["x-" + Text()] = Value() } : null;

    private JsonElement? MaybeValue() => Maybe() && Value() is { ValueKind: not JsonValueKind.Null } value ? value : null;

    private JsonElement Value() => JsonSerializer.SerializeToElement(Node(0));

    private JsonNode? Node(int depth) => random.Next(depth > 4 ? 6 : 8) switch
    {
        0 => null,
        1 => Maybe(),
        2 => random.Next(-9, 9),
        3 => random.NextDouble() * 1e12,
        4 or 5 => Text(),
        6 => new JsonArray([.. List(() => Node(depth + 1))]),
        _ => new JsonObject(Map(() => Node(depth + 1))),
    };

    private Dictionary<string, T> Map<T>(Func<T> make)
    {
        var map = new Dictionary<string, T>();
        for (var i = random.Next(4); i > 0; i--) map["k" + random.Next(9) + (random.Next(40) == 0 ? new string('k', 990) : Text())] = make();
        return map;
    }

    private List<T> List<T>(Func<T> make) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => make())];

    private Duration Time() => new(TimeSpan.FromMilliseconds(random.Next(5) == 0 ? 0 : random.Next(1_000_000_000)));

    private Duration? MaybeTime() => Maybe() ? Time() : null;

    private string Text() => random.Next(3) == 0 ? One(Odd) + One(Odd) : One(Odd);

    private string? MaybeText() => Maybe() ? Text() : null;

    private string Word() => "w" + Text();

    private bool Maybe() => random.Next(2) == 0;

    private T One<T>(params T[] choices) => choices[random.Next(choices.Length)];
}
