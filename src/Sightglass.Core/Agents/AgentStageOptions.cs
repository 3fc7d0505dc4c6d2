namespace Sightglass.Core.Agents;

/// <summary>What a model costs.</summary>
/// <param name="InputPerMillion">US dollars for a million tokens of prompts.</param>
/// <param name="OutputPerMillion">US dollars for a million tokens of answers.</param>
public sealed record ModelPrice(decimal InputPerMillion, decimal OutputPerMillion);

/// <summary>Settings of the <c>agent</c> stage type.</summary>
public sealed record AgentStageOptions
{
    /// <summary>Gets the prices by <c>provider/name</c> or by name. A model that is not here has no cost, not a cost of 0.</summary>
    /// <value>None: prices change, and a wrong one is worse than none.</value>
    public IReadOnlyDictionary<string, ModelPrice> Prices { get; init; } = new Dictionary<string, ModelPrice>();

    /// <summary>Gets the longest answer that is taken, in characters; a longer one fails the stage.</summary>
    /// <value>4 million.</value>
    public int MaxAnswerLength { get; init; } = 4_000_000;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The longest answer is below 1.</exception>
    internal AgentStageOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAnswerLength, 1);
        return this;
    }
}
