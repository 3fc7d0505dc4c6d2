using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Builds one stage of a <see cref="PipelineBuilder"/>.</summary>
public sealed class StageBuilder
{
    private readonly string _path;
    private readonly BuilderValues _values;

    internal StageBuilder(string id, string path, BuilderValues values)
    {
        Stage = new StageDefinition { Id = id };
        _path = path;
        _values = values;
    }

    internal StageDefinition Stage { get; }

    /// <summary>Sets the name shown to people.</summary>
    public StageBuilder Name(string name) => With(() => Stage.Name = name);

    /// <summary>Sets what the stage does.</summary>
    public StageBuilder Description(string description) => With(() => Stage.Description = description);

    /// <summary>Adds stages that must have ended, none of them failed.</summary>
    public StageBuilder Needs(params string[] stages) => With(() => Stage.Needs = [.. Stage.Needs, .. stages]);

    /// <summary>Sets the condition, a bare expression. False skips the stage.</summary>
    public StageBuilder When(string condition) => With(() => Stage.When = condition);

    /// <summary>Sets when the stage may start, where <see cref="Needs"/> does not say enough.</summary>
    public StageBuilder Triggers(TriggerDefinition trigger) => With(() => Stage.Triggers = trigger);

    /// <summary>Runs the stage once for each item.</summary>
    /// <param name="items">A list, or a text with one <c>${{ }}</c> that gives one.</param>
    /// <param name="maxParallel">How many run at once.</param>
    public StageBuilder ForEach(object items, int? maxParallel = null) => With(() => (Stage.ForEach, Stage.MaxParallel) = (_values.Value(items, _path + ".forEach"), maxParallel));

    /// <summary>Runs the completed stage again until a condition holds.</summary>
    /// <param name="until">The condition, a bare expression over <c>output</c>.</param>
    /// <param name="maxTimes">The most iterations.</param>
    /// <param name="delay">The pause between them.</param>
    public StageBuilder Repeat(string until, int maxTimes = 10, string? delay = null) =>
        With(() => Stage.Repeat = new RepeatDefinition { Until = until, MaxTimes = maxTimes, Delay = delay is null ? null : _values.Time(delay, _path + ".repeat.delay") });

    /// <summary>Repeats failed attempts.</summary>
    public StageBuilder Retry(int maxAttempts, string? delay = null, double backoff = 2, string? maxDelay = null) =>
        With(() => Stage.Retry = RetryOf(_values, _path + ".retry", maxAttempts, delay, backoff, maxDelay));

    /// <summary>Sets how long one attempt may take.</summary>
    /// <param name="timeout">A duration such as <c>5m</c>.</param>
    public StageBuilder Timeout(string timeout) => With(() => Stage.Timeout = _values.Time(timeout, _path + ".timeout"));

    /// <summary>Sets the lane.</summary>
    public StageBuilder Priority(StagePriority priority) => With(() => Stage.Priority = priority);

    /// <summary>Sets what happens when the worker dies.</summary>
    public StageBuilder OnLost(LostPolicy policy) => With(() => Stage.OnLost = policy);

    /// <summary>Sets how the output is read and checked.</summary>
    /// <param name="format"><c>text</c> or <c>json</c>.</param>
    /// <param name="schema">The JSON Schema it must satisfy.</param>
    public StageBuilder Output(string format, object? schema = null) => With(() => Stage.Output = new OutputDefinition { Format = format, Schema = _values.Value(schema, _path + ".output.schema") });

    /// <summary>Sets the body that undoes the stage on rollback.</summary>
    public StageBuilder Undo(UndoDefinition undo) => With(() => Stage.Undo = undo);

    /// <summary>Runs a script.</summary>
    public StageBuilder Shell(string run) => With(() => ShellBody().Run = run);

    /// <summary>Runs a program without a shell.</summary>
    public StageBuilder Exec(params string[] command) => With(() => ShellBody().Exec = command);

    /// <summary>Adds arguments of the script.</summary>
    public StageBuilder Args(params string[] args) => With(() => ShellBody().Args = [.. ShellBody().Args, .. args]);

    /// <summary>Adds an environment variable, a template.</summary>
    public StageBuilder Env(string name, string value) => With(() => ShellBody().Env = Add(ShellBody().Env, name, value));

    /// <summary>Sets the working folder.</summary>
    public StageBuilder Workdir(string folder) => With(() => ShellBody().Workdir = folder);

    /// <summary>Sets the text of the standard input, a template.</summary>
    public StageBuilder Stdin(string text) => With(() => ShellBody().Stdin = text);

    /// <summary>Sends a request.</summary>
    public StageBuilder Http(string method, string url) => With(() => (HttpBody().Method, HttpBody().Url) = (method, url));

    /// <summary>Adds a header, a template.</summary>
    public StageBuilder Header(string name, string value) => With(() => HttpBody().Headers = Add(HttpBody().Headers, name, value));

    /// <summary>Sets the request's body: a text or a value, with templates inside.</summary>
    public StageBuilder Body(object body) => With(() => HttpBody().Body = _values.Value(body, _path + ".http.body"));

    /// <summary>Sets the status codes that count as success.</summary>
    public StageBuilder ExpectStatus(params int[] codes) => With(() => HttpBody().ExpectStatus = codes);

    /// <summary>Asks a model.</summary>
    public StageBuilder Agent(string prompt) => With(() => AgentBody().Prompt = prompt);

    /// <summary>Sets the system prompt, a template.</summary>
    public StageBuilder System(string prompt) => With(() => AgentBody().System = prompt);

    /// <summary>Sets the model.</summary>
    public StageBuilder Model(string provider, string name, double? temperature = null, int? maxTokens = null, string? apiKey = null) =>
        With(() => AgentBody().Model = new ModelDefinition { Provider = provider, Name = name, Temperature = temperature, MaxTokens = maxTokens, ApiKey = apiKey });

    /// <summary>Sets the personality.</summary>
    public StageBuilder Personality(string name) => With(() => AgentBody().Personality = name);

    /// <summary>Adds tools the agent may call.</summary>
    public StageBuilder Tools(params string[] tools) => With(() => AgentBody().Tools = [.. AgentBody().Tools, .. tools]);

    /// <summary>Adds personalities the agent may ask.</summary>
    public StageBuilder Consult(params string[] personalities) => With(() => AgentBody().Consult = [.. AgentBody().Consult, .. personalities]);

    /// <summary>Sets what the agent remembers and recalls.</summary>
    /// <param name="recall">How many memories are recalled.</param>
    /// <param name="write"><c>none</c>, <c>summary</c> or <c>full</c>.</param>
    public StageBuilder Memory(int recall, string write = "none") => With(() => AgentBody().Memory = new MemoryDefinition { Recall = recall, Write = write });

    /// <summary>Builds a value.</summary>
    /// <param name="value">A text is a bare expression; any other value may hold <c>${{ }}</c>.</param>
    public StageBuilder Data(object value) => With(() => DataBody().Value = _values.Value(value, _path + ".data.value"));

    /// <summary>Merges the maps that expressions give.</summary>
    public StageBuilder Merge(params string[] expressions) => With(() => DataBody().Merge = expressions);

    /// <summary>Adds a named value to a map.</summary>
    public StageBuilder Pick(string key, string expression) => With(() => DataBody().Pick = Add(DataBody().Pick ?? EmptyOf<string>.Value, key, expression));

    /// <summary>Sets what the output is where the value is null or not there.</summary>
    public StageBuilder Default(object value) => With(() => DataBody().Default = _values.Value(value, _path + ".data.default"));

    /// <summary>Chooses what runs next; targets are stages or <c>finish</c>.</summary>
    public StageBuilder Branch(string when, string? then, string? otherwise = null) =>
        With(() => (Stage.Type, Stage.When, Stage.Then, Stage.Else) = ("branch", when, then, otherwise));

    /// <summary>Waits.</summary>
    public StageBuilder Wait(WaitDefinition wait) => With(() => Stage.Wait = wait);

    /// <summary>Waits for a time.</summary>
    /// <param name="duration">A duration such as <c>5m</c>.</param>
    public StageBuilder WaitFor(string duration) => With(() => Stage.Wait = new WaitDefinition { For = _values.Time(duration, _path + ".wait.for") });

    /// <summary>Runs another pipeline.</summary>
    public StageBuilder Call(string pipeline, object? input = null) =>
        With(() => Stage.Pipeline = new PipelineCallDefinition { Id = pipeline, Input = _values.Value(input, _path + ".pipeline.input") });

    /// <summary>Runs registered code.</summary>
    public StageBuilder Code(string name, object? input = null) => With(() => Stage.Code = new CodeDefinition { Name = name, Input = _values.Value(input, _path + ".code.input") });

    /// <summary>Keeps a value for another program.</summary>
    /// <param name="key">A key that begins with <c>x-</c>.</param>
    /// <param name="value">Anything that JSON can hold.</param>
    public StageBuilder Extension(string key, object value) =>
        With(() => (Stage.Extensions ??= new Dictionary<string, JsonElement>())[key] = _values.Value(value, $"{_path}.{key}") ?? default);

    internal static RetryDefinition RetryOf(BuilderValues values, string path, int maxAttempts, string? delay, double backoff, string? maxDelay)
    {
        var retry = new RetryDefinition { MaxAttempts = maxAttempts, Backoff = backoff };
        if (delay is not null && values.Time(delay, path + ".delay") is { } first) retry.Delay = first;
        if (maxDelay is not null && values.Time(maxDelay, path + ".maxDelay") is { } longest) retry.MaxDelay = longest;
        return retry;
    }

    private static Dictionary<string, string> Add(IReadOnlyDictionary<string, string> values, string key, string value) => new(values, StringComparer.Ordinal) { [key] = value };

    private ShellDefinition ShellBody() => Stage.Shell ??= new ShellDefinition();

    private HttpDefinition HttpBody() => Stage.Http ??= new HttpDefinition();

    private AgentDefinition AgentBody() => Stage.Agent ??= new AgentDefinition();

    private DataDefinition DataBody() => Stage.Data ??= new DataDefinition();

    private StageBuilder With(Action set)
    {
        set();
        return this;
    }
}
