using Sightglass.Core.Ports;

namespace Sightglass.Sqlite.Repair;

/// <summary>A whole block and where it stands.</summary>
internal readonly record struct FoundBlock(long Position, long FirstSeq, int Count, BlockKind Kind, uint Page, int Cell)
{
    public long LastSeq => FirstSeq + Count - 1;
}
