namespace Sightglass.Server.Tests;

/// <summary>A defect of the engine's own: its rules cannot decide.</summary>
internal sealed class NoDice(string message) : Random
{
    public override double NextDouble() => throw new InvalidOperationException(message);
}
