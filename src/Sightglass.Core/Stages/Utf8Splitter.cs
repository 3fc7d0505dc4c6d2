using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Sightglass.Core.Stages;

/// <summary>
/// Turns the bytes of a stream into valid UTF-8: a character that is split between two reads is joined, what is no UTF-8
/// becomes U+FFFD. One for each stream; not for several threads at once.
/// </summary>
internal sealed class Utf8Splitter
{
    private const int BlockSize = 2048;

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    // The start of a character whose rest has not come yet: at most three bytes.
    private readonly byte[] _held = new byte[4];
    private int _heldCount;

    /// <summary>Gets how many bytes are held back.</summary>
    public int Held => _heldCount;

    /// <summary>Writes the characters that are complete.</summary>
    public void Push(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        while (_heldCount > 0 && !input.IsEmpty)
        {
            _held[_heldCount++] = input[0];
            input = input[1..];
            if (TakeHeld(output) is { } unused)
            {
                // The new byte did not continue the held ones and begins something of its own.
                if (unused > 0)
                    PushOne(_held[..unused].AsSpan(), output);
            }
        }

        Write(input, output);
    }

    /// <summary>Writes U+FFFD for a character that never became complete. Call at the end of the stream.</summary>
    public void Flush(IBufferWriter<byte> output)
    {
        if (_heldCount > 0)
            output.Write(Replacement);
        _heldCount = 0;
    }

    // Null while the held bytes are still the start of a character; else how many of them, moved to the front, are unused.
    private int? TakeHeld(IBufferWriter<byte> output)
    {
        var status = Rune.DecodeFromUtf8(_held.AsSpan(0, _heldCount), out _, out var consumed);
        if (status == OperationStatus.NeedMoreData)
            return null;
        output.Write(status == OperationStatus.Done ? _held.AsSpan(0, consumed) : Replacement);
        var unused = _heldCount - consumed;
        _held.AsSpan(consumed, unused).CopyTo(_held);
        _heldCount = 0;
        return unused;
    }

    private void PushOne(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        Span<byte> copy = stackalloc byte[4];
        bytes.CopyTo(copy);
        Write(copy[..bytes.Length], output);
    }

    private void Write(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (Utf8.IsValid(input))
        {
            output.Write(input);
            return;
        }

        // There and back through UTF-16: the library repairs a whole block at once, many times faster than sequence by sequence.
        Span<char> chars = stackalloc char[BlockSize];
        while (!input.IsEmpty)
        {
            var status = Utf8.ToUtf16(input, chars, out var read, out var written, replaceInvalidSequences: true, isFinalBlock: false);
            var block = output.GetSpan(written * 3);
            Utf8.FromUtf16(chars[..written], block, out _, out var bytes);
            output.Advance(bytes);
            input = input[read..];
            if (status == OperationStatus.NeedMoreData)
            {
                input.CopyTo(_held);
                _heldCount = input.Length;
                return;
            }
        }
    }
}
