namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>What goes wrong in one world, and how often.</summary>
internal sealed class Faults(Random random, double mood)
{
    /// <summary>Gets or sets whether anything goes wrong at all.</summary>
    public bool Active { get; set; } = mood > 0;

    /// <summary>Gets or sets, in ticks, until when the disk is full.</summary>
    public long FullUntil { get; set; }

    /// <summary>Throws the dice for something that goes wrong in this share of all cases, on an ordinary day.</summary>
    public bool Chance(double share) => Active && random.NextDouble() < share * mood;
}
