using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Definitions;

/// <summary>One stage. Its type says which of the bodies it has.</summary>
public sealed record StageDefinition : ExtensibleDefinition
{
    /// <summary>Gets the id: letters, digits, <c>-</c> and <c>_</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>Gets the name shown to people.</summary>
    /// <value>The id.</value>
    public string? Name { get; set; }

    /// <summary>Gets what the stage does.</summary>
    public string? Description { get; set; }

    /// <summary>Gets the type: <c>agent</c>, <c>shell</c>, <c>http</c>, <c>data</c>, <c>branch</c>, <c>wait</c>, <c>pipeline</c>, <c>code</c>.</summary>
    /// <value>The name of the body that is present.</value>
    public string Type
    {
        get => string.IsNullOrEmpty(field) ? BodyType() : field;
        set;
    } = "";

    /// <summary>Gets the stages that must have ended, none of them failed. Short for <c>triggers.all</c> of <c>completed</c>.</summary>
    public IReadOnlyList<string> Needs { get; set; } = [];

    /// <summary>Gets when the stage may start, where <see cref="Needs"/> does not say enough.</summary>
    public TriggerDefinition? Triggers { get; set; }

    /// <summary>Gets the condition, a bare expression. False skips the stage; a <c>branch</c> chooses by it.</summary>
    public string? When { get; set; }

    /// <summary>Gets what a <c>branch</c> takes when its condition holds: a stage's id, or <c>finish</c>.</summary>
    public string? Then { get; set; }

    /// <summary>Gets what a <c>branch</c> takes otherwise.</summary>
    public string? Else { get; set; }

    /// <summary>Gets a list, or an expression that gives one: the stage runs once for each item.</summary>
    public JsonElement? ForEach { get; set; }

    /// <summary>Gets how many items run at once.</summary>
    /// <value>Without a limit but the worker's slots.</value>
    public int? MaxParallel { get; set; }

    /// <summary>Gets how often a completed stage runs again.</summary>
    public RepeatDefinition? Repeat { get; set; }

    /// <summary>Gets how failed attempts are repeated.</summary>
    public RetryDefinition? Retry { get; set; }

    /// <summary>Gets how long one attempt may take.</summary>
    public Duration? Timeout { get; set; }

    /// <summary>Gets the lane.</summary>
    /// <value>The execution's.</value>
    public StagePriority? Priority { get; set; }

    /// <summary>Gets what happens when the worker dies.</summary>
    public LostPolicy OnLost { get; set; }

    /// <summary>Gets how the output is read and checked.</summary>
    public OutputDefinition? Output { get; set; }

    /// <summary>Gets the body that undoes the stage on rollback.</summary>
    public UndoDefinition? Undo { get; set; }

    /// <summary>Gets the body of a <c>shell</c> stage.</summary>
    public ShellDefinition? Shell { get; set; }

    /// <summary>Gets the body of an <c>http</c> stage.</summary>
    public HttpDefinition? Http { get; set; }

    /// <summary>Gets the body of an <c>agent</c> stage.</summary>
    public AgentDefinition? Agent { get; set; }

    /// <summary>Gets the body of a <c>data</c> stage.</summary>
    public DataDefinition? Data { get; set; }

    /// <summary>Gets the body of a <c>wait</c> stage.</summary>
    public WaitDefinition? Wait { get; set; }

    /// <summary>Gets the body of a <c>pipeline</c> stage.</summary>
    public PipelineCallDefinition? Pipeline { get; set; }

    /// <summary>Gets the body of a <c>code</c> stage.</summary>
    public CodeDefinition? Code { get; set; }

    /// <summary>Gets the name, or the id where there is none.</summary>
    [JsonIgnore]
    public string DisplayName => string.IsNullOrEmpty(Name) ? Id : Name;

    private string BodyType() => this switch
    {
        { Agent: not null } => "agent",
        { Shell: not null } => "shell",
        { Http: not null } => "http",
        { Data: not null } => "data",
        { Wait: not null } => "wait",
        { Pipeline: not null } => "pipeline",
        { Code: not null } => "code",
        _ when Then is not null || Else is not null => "branch",
        _ => "",
    };
}

/// <summary>How a stage's output is read and checked.</summary>
public sealed record OutputDefinition : ExtensibleDefinition
{
    /// <summary>Gets the format: <c>text</c> or <c>json</c>.</summary>
    /// <value><c>text</c>.</value>
    public string Format { get; set; } = "text";

    /// <summary>Gets the JSON Schema that the output must satisfy.</summary>
    public JsonElement? Schema { get; set; }

    /// <summary>Gets the most bytes of streamed output that are kept; the rest is counted and dropped with a truncation event.</summary>
    /// <value>1 GB.</value>
    public long? MaxBytes { get; set; }
}

/// <summary>A stage body that runs on rollback; exactly one is given.</summary>
public sealed record UndoDefinition : ExtensibleDefinition
{
    /// <summary>Gets a <c>shell</c> body.</summary>
    public ShellDefinition? Shell { get; set; }

    /// <summary>Gets an <c>http</c> body.</summary>
    public HttpDefinition? Http { get; set; }

    /// <summary>Gets a <c>code</c> body.</summary>
    public CodeDefinition? Code { get; set; }

    /// <summary>Gets how long it may take.</summary>
    /// <value>The stage's timeout.</value>
    public Duration? Timeout { get; set; }
}
