using System.Text;

namespace Sightglass.Sqlite.Database;

/// <summary>The checksum of a tombstone.</summary>
internal static class TombstoneCheck
{
    public static long Of(Guid id, long erased, string by, string? reason, string pipeline, string organization)
    {
        // Each text ends, and none and an empty one differ.
        var text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id:N}\0{erased}\0{by}\0{(reason is null ? "-" : "+" + reason)}\0{pipeline}\0{organization}");
        return Crc32C.Append(0, Encoding.UTF8.GetBytes(text));
    }
}
