using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>A decider that is broken on purpose, from outside: by what it is told, by what is made of its answers, or by a
/// definition that is not the one the rules are read from.</summary>
internal sealed record Mutant(string Name)
{
    public Func<ExecutionCommand, ExecutionCommand?> Command { get; init; } = c => c;

    public Func<Decision, Decision> Decision { get; init; } = d => d;

    public Action<StageDefinition>? Definition { get; init; }

    public static Mutant None { get; } = new("none");

    public override string ToString() => Name;
}
