namespace Sightglass.Cli.Client;

/// <summary>The lines by which an open stream of events shows that it is alive; they are no events.</summary>
internal static class Heartbeats
{
    private static ReadOnlySpan<byte> Start => "{\"heartbeat\":"u8;

    /// <summary>Cuts them out, in place.</summary>
    /// <param name="lines">Whole lines.</param>
    /// <returns>The lines that are events.</returns>
    public static ReadOnlyMemory<byte> Cut(Memory<byte> lines)
    {
        if (lines.Span.IndexOf(Start) < 0) return lines;
        var kept = 0;
        for (var from = 0; from < lines.Length;)
        {
            var length = lines.Span[from..].IndexOf((byte)'\n') + 1;
            var line = lines.Span.Slice(from, length);
            if (!line.StartsWith(Start))
            {
                line.CopyTo(lines.Span[kept..]);
                kept += length;
            }

            from += length;
        }

        return lines[..kept];
    }
}
