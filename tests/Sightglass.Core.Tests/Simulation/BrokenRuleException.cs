namespace Sightglass.Core.Tests.Simulation;

/// <summary>The log, or what the world sees, breaks a rule.</summary>
internal sealed class BrokenRuleException(string message) : Exception(message);
