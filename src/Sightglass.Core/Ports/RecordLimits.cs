namespace Sightglass.Core.Ports;

/// <summary>Bounds of records that only stores keep; the others are with <see cref="RecordWrite"/> and <see cref="RecordKey"/>.</summary>
internal static class RecordLimits
{
    /// <summary>How many expired records a write removes: more than a write can add, so that they cannot pile up.</summary>
    public const int MaxSwept = 2 * RecordWrite.MaxWrites;
}
