namespace Sightglass.Core.Ports;

/// <summary>What is left of a deleted execution.</summary>
/// <param name="Id">The execution.</param>
/// <param name="ErasedAt">When it was deleted, in UTC to the microsecond.</param>
/// <param name="By">Who deleted it: a person's name, or <c>retention</c>.</param>
/// <param name="Reason">Why, where it was said.</param>
/// <param name="PipelineId">The pipeline it was of.</param>
/// <param name="Organization">The organisation it belonged to.</param>
public sealed record Tombstone(Guid Id, DateTimeOffset ErasedAt, string By, string? Reason, string PipelineId, string Organization);
