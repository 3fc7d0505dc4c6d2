namespace Sightglass.Core.Ports;

/// <summary>Who deletes an execution, when and why; its tombstone keeps it.</summary>
/// <param name="At">The moment, kept in UTC to the microsecond.</param>
/// <param name="By">A person's name, or <c>retention</c>.</param>
/// <param name="Reason">Why, in a few words; may be <see langword="null"/>.</param>
public sealed record ErasureRequest(DateTimeOffset At, string By, string? Reason = null);
