using System.Buffers;
using BenchmarkDotNet.Attributes;
using Sightglass.Core.Executions;

namespace Sightglass.Benchmarks;

/// <summary>Events to bytes and back: each is encoded once in its life, and decoded by whoever folds its log.</summary>
public class EventBenchmarks
{
    private readonly RecordedLog _log = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);

    [Benchmark]
    public int Encode()
    {
        _buffer.ResetWrittenCount();
        foreach (var e in _log.Events) EventJson.WriteLine(_buffer, e);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public long Decode()
    {
        long last = 0;
        foreach (var block in _log.Blocks)
        {
            foreach (var e in EventJson.ReadBlock(block)) last = e.Seq;
        }

        return last;
    }
}
