using System.Buffers;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Keeps the last bytes of a stream; grows with what comes up to its capacity.</summary>
internal sealed class TailBuffer(int capacity)
{
    private byte[] _bytes = [];
    private int _next; // Where the oldest byte is once the buffer has wrapped.
    private long _total;

    public bool IsCut => _total > capacity;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        if (bytes.Length > capacity)
            bytes = bytes[^capacity..];
        if (_bytes.Length < capacity && _next + bytes.Length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(capacity, Math.Max(4096L, 2L * (_next + bytes.Length))));
        var first = Math.Min(bytes.Length, _bytes.Length - _next);
        bytes[..first].CopyTo(_bytes.AsSpan(_next));
        bytes[first..].CopyTo(_bytes);
        _next += bytes.Length;
        if (_next >= capacity)
            _next -= capacity;
    }

    /// <summary>Gets what is kept as valid UTF-8: a character that the cut split is left out.</summary>
    public byte[] ToUtf8(int limit)
    {
        var kept = new byte[Math.Min(_total, capacity)];
        if (IsCut || _total == capacity)
        {
            _bytes.AsSpan(_next).CopyTo(kept);
            _bytes.AsSpan(0, _next).CopyTo(kept.AsSpan(_bytes.Length - _next));
        }
        else
        {
            _bytes.AsSpan(0, _next).CopyTo(kept);
        }

        var start = Math.Max(0, kept.Length - limit);
        if (start > 0 || IsCut)
        {
            for (var i = 0; i < 3 && start < kept.Length && (kept[start] & 0xC0) == 0x80; i++)
                start++;
        }

        var splitter = new Utf8Splitter();
        var output = new ArrayBufferWriter<byte>(kept.Length - start + 16);
        splitter.Push(kept.AsSpan(start), output);
        splitter.Flush(output);
        return output.WrittenSpan.ToArray();
    }
}
