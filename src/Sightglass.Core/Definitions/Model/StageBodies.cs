using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>A child process.</summary>
public sealed record ShellDefinition : ExtensibleDefinition
{
    /// <summary>Gets a script, run by <c>/bin/sh -c</c> (<c>cmd /c</c> on Windows). It holds no <c>${{ }}</c>: values come in by <see cref="Env"/>.</summary>
    public string? Run { get; set; }

    /// <summary>Gets a program and its arguments, each a template, run without a shell.</summary>
    public IReadOnlyList<string> Exec { get; set; } = [];

    /// <summary>Gets arguments of the script (<c>$1</c> …), each a template.</summary>
    public IReadOnlyList<string> Args { get; set; } = [];

    /// <summary>Gets environment variables, each a template, added to an allow-listed environment.</summary>
    public IReadOnlyDictionary<string, string> Env { get; set; } = EmptyOf<string>.Value;

    /// <summary>Gets the working folder, relative to the pipeline file's folder.</summary>
    /// <value>The pipeline file's folder.</value>
    public string? Workdir { get; set; }

    /// <summary>Gets the text that is written to the process's standard input, a template.</summary>
    public string? Stdin { get; set; }
}

/// <summary>One HTTP request.</summary>
public sealed record HttpDefinition : ExtensibleDefinition
{
    /// <summary>Gets the method.</summary>
    /// <value><c>GET</c>.</value>
    public string Method { get; set; } = "GET";

    /// <summary>Gets the address, a template.</summary>
    public string Url { get; set; } = "";

    /// <summary>Gets the headers, each a template.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; set; } = EmptyOf<string>.Value;

    /// <summary>Gets the body: a text or a value, with templates inside. Values are sent as JSON.</summary>
    public JsonElement? Body { get; set; }

    /// <summary>Gets the most bytes of the response that are read; a longer one fails the stage.</summary>
    /// <value>10 MB.</value>
    public long? MaxResponseBytes { get; set; }

    /// <summary>Gets how many redirects are followed.</summary>
    /// <value>5.</value>
    public int? MaxRedirects { get; set; }

    /// <summary>Gets the status codes that count as success.</summary>
    /// <value>200 to 299.</value>
    public IReadOnlyList<int> ExpectStatus { get; set; } = [];
}

/// <summary>A chat with a model.</summary>
public sealed record AgentDefinition : ExtensibleDefinition
{
    /// <summary>Gets the name of a personality of the pipeline.</summary>
    public string? Personality { get; set; }

    /// <summary>Gets the model.</summary>
    public ModelDefinition? Model { get; set; }

    /// <summary>Gets the system prompt, a template.</summary>
    public string? System { get; set; }

    /// <summary>Gets the prompt, a template.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>Gets what it remembers and recalls.</summary>
    public MemoryDefinition? Memory { get; set; }

    /// <summary>Gets the tools it may call.</summary>
    public IReadOnlyList<string> Tools { get; set; } = [];

    /// <summary>Gets the personalities it may ask.</summary>
    public IReadOnlyList<string> Consult { get; set; } = [];
}

/// <summary>Which model answers, and how.</summary>
public sealed record ModelDefinition : ExtensibleDefinition
{
    /// <summary>Gets the provider's name as configured; <c>script</c> plays a file of timed turns.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Gets the model's name; for <c>script</c> the path of the file, relative to the pipeline file.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets the temperature.</summary>
    public double? Temperature { get; set; }

    /// <summary>Gets the most tokens of an answer.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>Gets the key, a template such as <c>${{ secrets.OPENAI_API_KEY }}</c>.</summary>
    public string? ApiKey { get; set; }
}

/// <summary>What an agent remembers and recalls.</summary>
public sealed record MemoryDefinition : ExtensibleDefinition
{
    /// <summary>Gets how many memories are recalled into the prompt.</summary>
    public int Recall { get; set; }

    /// <summary>Gets what is written afterwards: <c>none</c>, <c>summary</c> or <c>full</c>.</summary>
    /// <value><c>none</c>.</value>
    public string Write { get; set; } = "none";
}

/// <summary>A value built from inputs and earlier outputs; exactly one member is given.</summary>
public sealed record DataDefinition : ExtensibleDefinition
{
    /// <summary>Gets a bare expression, or a value with <c>${{ }}</c> inside.</summary>
    public JsonElement? Value { get; set; }

    /// <summary>Gets expressions whose maps are merged, later keys winning.</summary>
    public IReadOnlyList<string>? Merge { get; set; }

    /// <summary>Gets expressions by key: a map of the named values.</summary>
    public IReadOnlyDictionary<string, string>? Pick { get; set; }

    /// <summary>Gets what the output is where the value is null or its expression finds no such field.</summary>
    public JsonElement? Default { get; set; }
}

/// <summary>Something to wait for; exactly one member is given.</summary>
public sealed record WaitDefinition : ExtensibleDefinition
{
    /// <summary>Gets how long to wait.</summary>
    public Duration? For { get; set; }

    /// <summary>Gets the moment to wait for: RFC 3339, a template.</summary>
    public string? Until { get; set; }

    /// <summary>Gets the type of the custom event to wait for.</summary>
    public string? Event { get; set; }

    /// <summary>Gets the condition on that event, a bare expression over <c>event</c>.</summary>
    public string? Where { get; set; }

    /// <summary>Gets the approval to wait for.</summary>
    public ApprovalDefinition? Approval { get; set; }
}

/// <summary>Another pipeline, run as a child execution.</summary>
public sealed record PipelineCallDefinition : ExtensibleDefinition
{
    /// <summary>Gets the id of the pipeline.</summary>
    public string Id { get; set; } = "";

    /// <summary>Gets its input: a value with templates inside.</summary>
    public JsonElement? Input { get; set; }
}

/// <summary>A C# delegate or class that the program registered.</summary>
public sealed record CodeDefinition : ExtensibleDefinition
{
    /// <summary>Gets the name it is registered under.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets its input: a value with templates inside.</summary>
    public JsonElement? Input { get; set; }
}
