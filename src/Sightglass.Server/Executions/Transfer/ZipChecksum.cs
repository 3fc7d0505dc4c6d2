namespace Sightglass.Server.Executions.Transfer;

/// <summary>The CRC-32 of the files in a zip, which .NET 10 writes and does not look at when it reads.</summary>
internal static class ZipChecksum
{
    private static readonly uint[] Table = Make();

    /// <summary>Goes on with a checksum; it begins with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        foreach (var b in bytes) crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] Make()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
            table[i] = crc;
        }

        return table;
    }
}
