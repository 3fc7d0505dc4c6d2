using System.Buffers;
using System.Globalization;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Streaming.Hubs;

/// <summary>One block of a log as all its viewers get it.</summary>
/// <param name="number">Its number in the ring.</param>
/// <param name="block">The block.</param>
internal sealed class FrameChunk(long number, EventBlock block)
{
    private byte[]? _sse;

    public long Number => number;

    public EventBlock Block => block;

    /// <summary>Gets the block as server-sent events, encoded by the first viewer that needs it.</summary>
    /// <remarks>Two that come at once both encode it, to the same bytes; one of them stays.</remarks>
    public ReadOnlySpan<byte> Sse => Volatile.Read(ref _sse) ?? (_sse = Encode());

    /// <summary>Writes one event as a server-sent event.</summary>
    public static void WriteSse(IBufferWriter<byte> output, long seq, ReadOnlySpan<byte> line)
    {
        output.Write("id: "u8);
        var target = output.GetSpan(20);
        seq.TryFormat(target, out var length, default, CultureInfo.InvariantCulture);
        output.Advance(length);
        output.Write("\ndata: "u8);
        output.Write(line);
        output.Write("\n\n"u8);
    }

    private byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>(block.Bytes.Length + (block.Count * 24));
        var lines = new BlockLines(block, 0);
        while (lines.MoveNext()) WriteSse(output, lines.Seq, lines.Line);
        return output.WrittenSpan.ToArray();
    }
}
