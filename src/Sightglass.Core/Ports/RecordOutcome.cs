namespace Sightglass.Core.Ports;

/// <summary>How a write of records ended: all of them were written, or none.</summary>
/// <param name="Version">The version that every record of this write now has; 0 where nothing was written.</param>
/// <param name="Conflict">The first record whose version was not the expected one; <see langword="null"/> for success.</param>
public readonly record struct RecordOutcome(long Version, RecordKey? Conflict)
{
    /// <summary>Gets whether the records are durable and readable.</summary>
    public bool IsWritten => Conflict is null;
}
