using System.Text.Json.Serialization;

namespace Sightglass.Core.Definitions;

/// <summary>What an execution does when a stage has failed for good.</summary>
[JsonConverter(typeof(KebabEnumConverter<FailurePolicy>))]
public enum FailurePolicy
{
    /// <summary>Starts nothing new but what waits for a failure, lets running stages end, then fails.</summary>
    Fail,

    /// <summary>Goes on with whatever does not depend on the failed stage.</summary>
    Continue,

    /// <summary>As <see cref="Fail"/>, then undoes the completed stages, newest first.</summary>
    Rollback,
}

/// <summary>What happens to an attempt whose worker died.</summary>
[JsonConverter(typeof(KebabEnumConverter<LostPolicy>))]
public enum LostPolicy
{
    /// <summary>It runs again, up to 10 times, outside the attempts that <c>retry</c> counts.</summary>
    Retry,

    /// <summary>The stage fails: for work that must not run twice.</summary>
    Fail,
}

/// <summary>The lane of a stage or an execution.</summary>
[JsonConverter(typeof(KebabEnumConverter<StagePriority>))]
public enum StagePriority
{
    /// <summary>Before everything else.</summary>
    Urgent,

    /// <summary>Before medium and low.</summary>
    High,

    /// <summary>The usual lane.</summary>
    Medium,

    /// <summary>When nothing else waits.</summary>
    Low,
}

/// <summary>What an execution does that finds its concurrency group full.</summary>
[JsonConverter(typeof(KebabEnumConverter<WhenFull>))]
public enum WhenFull
{
    /// <summary>Waits.</summary>
    Queue,

    /// <summary>Cancels the oldest of the group.</summary>
    CancelOldest,

    /// <summary>Is refused.</summary>
    Reject,
}

/// <summary>What becomes of a trigger's condition or group that did not hold in time.</summary>
[JsonConverter(typeof(KebabEnumConverter<TriggerTimeout>))]
public enum TriggerTimeout
{
    /// <summary>The stage fails, as after a rejected approval.</summary>
    Fail,

    /// <summary>It cannot hold any more: another branch of an <c>any</c> still can, otherwise the stage is skipped.</summary>
    Skip,

    /// <summary>It counts as held.</summary>
    Proceed,
}

/// <summary>Defaults of all stages.</summary>
public sealed record DefaultsDefinition : ExtensibleDefinition
{
    /// <summary>Gets how long one attempt may take.</summary>
    public Duration? Timeout { get; set; }

    /// <summary>Gets how failed attempts are repeated.</summary>
    public RetryDefinition? Retry { get; set; }
}

/// <summary>How failed attempts are repeated. The delay always has jitter.</summary>
/// <remarks>Members whose default is not zero are always written: a zero left out would be read as the default.</remarks>
public sealed record RetryDefinition : ExtensibleDefinition
{
    /// <summary>Gets how many attempts there are in all.</summary>
    /// <value>1: no retry.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int MaxAttempts { get; set; } = 1;

    /// <summary>Gets the delay before the second attempt.</summary>
    /// <value>1 second.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Duration Delay { get; set; } = Duration.FromSeconds(1);

    /// <summary>Gets the factor by which each delay exceeds the one before.</summary>
    /// <value>2.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double Backoff { get; set; } = 2;

    /// <summary>Gets the longest delay.</summary>
    /// <value>5 minutes.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Duration MaxDelay { get; set; } = Duration.FromSeconds(300);
}

/// <summary>How often a completed stage runs again.</summary>
public sealed record RepeatDefinition : ExtensibleDefinition
{
    /// <summary>Gets the condition, a bare expression over <c>output</c>, that ends the repetition.</summary>
    public string Until { get; set; } = "";

    /// <summary>Gets the most iterations; the stage fails where the condition does not hold by then.</summary>
    /// <value>10.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int MaxTimes { get; set; } = 10;

    /// <summary>Gets the pause between iterations.</summary>
    public Duration? Delay { get; set; }
}

/// <summary>How many executions may run at once.</summary>
public sealed record ConcurrencyDefinition : ExtensibleDefinition
{
    /// <summary>Gets the group's name, a template.</summary>
    public string Group { get; set; } = "";

    /// <summary>Gets how many of the group may run.</summary>
    /// <value>1.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Limit { get; set; } = 1;

    /// <summary>Gets what happens to one more.</summary>
    public WhenFull WhenFull { get; set; }
}

/// <summary>How an agent speaks and decides. Runs record the one they used with its hash.</summary>
public sealed record PersonalityDefinition : ExtensibleDefinition
{
    /// <summary>Gets the name.</summary>
    public string? Name { get; set; }

    /// <summary>Gets what it is good at.</summary>
    public string? Description { get; set; }

    /// <summary>Gets the tone, such as <c>precise</c>.</summary>
    public string? Tone { get; set; }

    /// <summary>Gets the style, such as <c>structured</c>.</summary>
    public string? Style { get; set; }

    /// <summary>Gets the risk tolerance, such as <c>low</c>.</summary>
    public string? RiskTolerance { get; set; }

    /// <summary>Gets the field of knowledge.</summary>
    public string? Domain { get; set; }

    /// <summary>Gets how it works with others.</summary>
    public string? Collaboration { get; set; }

    /// <summary>Gets what it must not do.</summary>
    public IReadOnlyList<string> Constraints { get; set; } = [];
}
