namespace Sightglass.Core.Executions;

/// <summary>What the log tells of one node of a trigger.</summary>
/// <param name="Kind"><c>completed failed ended event approval condition timer all any</c>.</param>
/// <param name="Result">Whether it holds; <see langword="null"/> while a person has not answered.</param>
internal sealed record TriggerFact(string Kind, bool? Result)
{
    /// <summary>Gets why.</summary>
    public string? Why { get; init; }

    /// <summary>Gets since when the result stands.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Gets when a timer is over, or an approval is decided without a person.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Gets until when the node is waited for.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Gets what was done at the deadline: <c>fail</c>, <c>skip</c> or <c>proceed</c>.</summary>
    public string? TimedOut { get; init; }

    /// <summary>Gets whether nobody needs its answer any more.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Gets the data of the custom event.</summary>
    public Payload? Event { get; init; }

    /// <summary>Gets whether a person is asked and has not answered.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Gets who answered.</summary>
    public string? By { get; init; }

    /// <summary>Gets who may answer.</summary>
    public IReadOnlyList<string>? Asked { get; init; }

    /// <summary>Gets what they are asked.</summary>
    public string? Message { get; init; }

    /// <summary>Gets how often it was recorded.</summary>
    public int Records { get; init; }

    /// <summary>Gets whether it is a timer that runs.</summary>
    public bool IsTicking => Kind == "timer" && Result == false && !Cancelled && TimedOut is null;

    /// <summary>Gets whether its deadline is still ahead of it.</summary>
    public bool IsTimed => Deadline is not null && TimedOut is null && !Cancelled && Result != true;
}
