using System.Buffers;
using BenchmarkDotNet.Attributes;
using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Benchmarks;

/// <summary>Stored lines as server-sent events, which is done once for all who watch.</summary>
public class FrameBenchmarks
{
    private readonly RecordedLog _log = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);

    [Benchmark]
    public int Encode()
    {
        _buffer.ResetWrittenCount();
        long seq = 0;
        foreach (var block in _log.Blocks)
        {
            for (var rest = block.Span; !rest.IsEmpty;)
            {
                var length = rest.IndexOf((byte)'\n');
                FrameChunk.WriteSse(_buffer, ++seq, rest[..length]);
                rest = rest[(length + 1)..];
            }
        }

        return _buffer.WrittenCount;
    }
}
