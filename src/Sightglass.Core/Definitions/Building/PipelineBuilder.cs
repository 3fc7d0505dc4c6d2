using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Builds a pipeline step by step; nothing is checked until <see cref="Build"/>.</summary>
public sealed class PipelineBuilder
{
    private readonly PipelineDefinition _definition = new();
    private readonly Dictionary<string, InputDefinition> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersonalityDefinition> _personalities = new(StringComparer.Ordinal);
    private readonly List<StageDefinition> _stages = [];
    private readonly BuilderValues _values = new();

    internal PipelineBuilder(string id) => _definition.Id = id;

    /// <summary>Sets the name shown to people.</summary>
    public PipelineBuilder Name(string name) => With(() => _definition.Name = name);

    /// <summary>Sets the version.</summary>
    public PipelineBuilder Version(string version) => With(() => _definition.Version = version);

    /// <summary>Sets what the pipeline is for.</summary>
    public PipelineBuilder Description(string description) => With(() => _definition.Description = description);

    /// <summary>Sets what happens when a stage has failed for good.</summary>
    public PipelineBuilder OnFailure(FailurePolicy policy) => With(() => _definition.OnFailure = policy);

    /// <summary>Declares an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">One of <c>string</c>, <c>number</c>, <c>integer</c>, <c>boolean</c>, <c>object</c>, <c>array</c> and <c>any</c>.</param>
    /// <param name="required">Whether a run must give it.</param>
    /// <param name="defaultValue">What it is when a run does not give it.</param>
    /// <param name="description">What it means.</param>
    /// <param name="secret">Whether its value is kept out of the log.</param>
    public PipelineBuilder Input(string name, string type = "string", bool required = false, object? defaultValue = null, string? description = null, bool secret = false) =>
        With(() => _inputs[name] = new InputDefinition
        {
            Type = type,
            Required = required,
            Default = _values.Value(defaultValue, $"inputs.{name}.default"),
            Description = description,
            Secret = secret,
        });

    /// <summary>Sets the timeout of stages that set none.</summary>
    /// <param name="timeout">A duration such as <c>5m</c>.</param>
    public PipelineBuilder DefaultTimeout(string timeout) => With(() => Defaults().Timeout = _values.Time(timeout, "defaults.timeout"));

    /// <summary>Sets how failed attempts of stages are repeated that say nothing else.</summary>
    public PipelineBuilder DefaultRetry(int maxAttempts, string? delay = null, double backoff = 2, string? maxDelay = null) =>
        With(() => Defaults().Retry = StageBuilder.RetryOf(_values, "defaults.retry", maxAttempts, delay, backoff, maxDelay));

    /// <summary>Limits how many executions run at once.</summary>
    public PipelineBuilder Concurrency(string group, int limit = 1, WhenFull whenFull = WhenFull.Queue) =>
        With(() => _definition.Concurrency = new ConcurrencyDefinition { Group = group, Limit = limit, WhenFull = whenFull });

    /// <summary>Adds a personality that agents may name.</summary>
    public PipelineBuilder Personality(string name, PersonalityDefinition personality) => With(() => _personalities[name] = personality);

    /// <summary>Keeps a value for another program.</summary>
    /// <param name="key">A key that begins with <c>x-</c>.</param>
    /// <param name="value">Anything that JSON can hold.</param>
    public PipelineBuilder Extension(string key, object value) =>
        With(() => (_definition.Extensions ??= new Dictionary<string, JsonElement>())[key] = _values.Value(value, key) ?? default);

    /// <summary>Adds a stage of any type.</summary>
    public PipelineBuilder Stage(string id, Action<StageBuilder> configure)
    {
        var stage = new StageBuilder(id, $"stages[{_stages.Count}]", _values);
        configure(stage);
        return With(() => _stages.Add(stage.Stage));
    }

    /// <summary>Adds a stage that runs a script.</summary>
    public PipelineBuilder Shell(string id, string run, Action<StageBuilder>? configure = null) => Stage(id, stage => Then(stage.Shell(run), configure));

    /// <summary>Adds a stage that sends a request.</summary>
    public PipelineBuilder Http(string id, string method, string url, Action<StageBuilder>? configure = null) => Stage(id, stage => Then(stage.Http(method, url), configure));

    /// <summary>Adds a stage that asks a model.</summary>
    public PipelineBuilder Agent(string id, string prompt, Action<StageBuilder>? configure = null) => Stage(id, stage => Then(stage.Agent(prompt), configure));

    /// <summary>Adds a stage that builds a value.</summary>
    /// <param name="id">The stage's id.</param>
    /// <param name="value">A text is a bare expression; any other value may hold <c>${{ }}</c>.</param>
    /// <param name="configure">What else holds for it.</param>
    public PipelineBuilder Data(string id, object value, Action<StageBuilder>? configure = null) => Stage(id, stage => Then(stage.Data(value), configure));

    /// <summary>Adds a stage that chooses what runs next.</summary>
    /// <param name="id">The stage's id.</param>
    /// <param name="when">The condition, a bare expression.</param>
    /// <param name="then">The stage taken when it holds, or <c>finish</c>.</param>
    /// <param name="otherwise">The stage taken when not, or <c>finish</c>.</param>
    /// <param name="configure">What else holds for it.</param>
    public PipelineBuilder Branch(string id, string when, string? then, string? otherwise = null, Action<StageBuilder>? configure = null) =>
        Stage(id, stage => Then(stage.Branch(when, then, otherwise), configure));

    /// <summary>Adds a stage that waits.</summary>
    public PipelineBuilder Wait(string id, WaitDefinition wait, Action<StageBuilder>? configure = null) => Stage(id, stage => Then(stage.Wait(wait), configure));

    /// <summary>Adds a stage that runs another pipeline.</summary>
    public PipelineBuilder Call(string id, string pipeline, object? input = null, Action<StageBuilder>? configure = null) => Stage(id, stage => Then(stage.Call(pipeline, input), configure));

    /// <summary>Adds a stage that runs registered code.</summary>
    /// <param name="id">The stage's id.</param>
    /// <param name="name">The name the code is registered under.</param>
    /// <param name="input">Its input: a value that may hold <c>${{ }}</c>.</param>
    /// <param name="configure">What else holds for it.</param>
    public PipelineBuilder Code(string id, string name, object? input = null, Action<StageBuilder>? configure = null) => Stage(id, stage => Then(stage.Code(name, input), configure));

    /// <summary>Gives the definition.</summary>
    /// <exception cref="DefinitionException">It has problems; the exception lists all of them.</exception>
    public PipelineDefinition Build(DefinitionReadOptions? options = null) =>
        TryBuild(out var definition, out var problems, options) ? definition : throw new DefinitionException(problems);

    /// <summary>Gives the definition, or what is wrong with it.</summary>
    /// <param name="definition">A definition of its own, which later calls do not change; null when there are errors.</param>
    /// <param name="problems">All problems, warnings included.</param>
    /// <param name="options">What is known of secrets, other pipelines and models.</param>
    public bool TryBuild([NotNullWhen(true)] out PipelineDefinition? definition, out IReadOnlyList<Problem> problems, DefinitionReadOptions? options = null)
    {
        _definition.Inputs = _inputs;
        _definition.Personalities = _personalities;
        _definition.Stages = _stages;
        problems = [.. _values.Problems, .. DefinitionValidator.Validate(_definition, options)];
        var isValid = problems.All(problem => problem.Severity != ProblemSeverity.Error);
        definition = isValid ? DefinitionJson.Read(DefinitionJson.Write(_definition)) : null;
        return isValid;
    }

    private static void Then(StageBuilder stage, Action<StageBuilder>? configure) => configure?.Invoke(stage);

    private DefaultsDefinition Defaults() => _definition.Defaults ??= new DefaultsDefinition();

    private PipelineBuilder With(Action set)
    {
        set();
        return this;
    }
}
