namespace Sightglass.Core.Retention;

/// <summary>How long ended executions are kept. An execution goes when one of the limits says so.</summary>
/// <param name="MaxAge">Time since its end; <see langword="null"/> for ever.</param>
/// <param name="MaxCount">How many ended executions of the pipeline are kept, the newest by creation; <see langword="null"/> for all.</param>
public sealed record RetentionRule(TimeSpan? MaxAge = null, int? MaxCount = null)
{
    /// <summary>Gets the rule that keeps everything.</summary>
    public static RetentionRule KeepAll { get; } = new();

    /// <summary>Gives this rule, with what it leaves open taken from another.</summary>
    public RetentionRule Or(RetentionRule other) => new(MaxAge ?? other.MaxAge, MaxCount ?? other.MaxCount);

    internal void Validate(string name)
    {
        if (MaxAge is { } age && age <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(name, age, "MaxAge must be longer than 0.");
        if (MaxCount is < 0) throw new ArgumentOutOfRangeException(name, MaxCount, "MaxCount must be 0 or more.");
    }
}
