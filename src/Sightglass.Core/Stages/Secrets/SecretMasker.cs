using System.Buffers;
using System.Text;

namespace Sightglass.Core.Stages.Secrets;

/// <summary>
/// Replaces secrets in a stream by <c>***</c>, also where they are split between chunks: what may be the beginning of one
/// is held back until the next chunk or the end. One for each stream; not for several threads at once.
/// </summary>
internal sealed class SecretMasker(SecretPatterns patterns)
{
    private const int SliceSize = 32 * 1024;

    private byte[] _held = [];
    private int _heldCount;

    // How many of the held bytes stand in a secret that was written as *** already. They are held because a second secret
    // may overlap the first and go on behind it.
    private int _covered;

    /// <summary>Gets how many bytes are held back: less than the longest form of a secret.</summary>
    public int Held => _heldCount;

    /// <summary>Writes the masked text, but for what may be the beginning of a secret.</summary>
    public void Push(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (patterns.IsEmpty)
        {
            output.Write(input);
            return;
        }

        while (!input.IsEmpty)
        {
            var slice = input[..Math.Min(input.Length, SliceSize)];
            Process(slice, output, isEnd: false);
            input = input[slice.Length..];
        }
    }

    /// <summary>Writes what was held back. Call at the end of the stream.</summary>
    public void Flush(IBufferWriter<byte> output)
    {
        if (_heldCount > 0)
            Process([], output, isEnd: true);
    }

    private void Process(ReadOnlySpan<byte> input, IBufferWriter<byte> output, bool isEnd)
    {
        byte[]? joined = null;
        var text = input;
        if (_heldCount > 0)
        {
            joined = ArrayPool<byte>.Shared.Rent(_heldCount + input.Length);
            _held.AsSpan(0, _heldCount).CopyTo(joined);
            input.CopyTo(joined.AsSpan(_heldCount));
            text = joined.AsSpan(0, _heldCount + input.Length);
        }

        var chars = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            Encoding.Latin1.GetChars(text, chars);
            var taken = Scan(text, chars.AsSpan(0, text.Length), output, isEnd);
            Hold(text[taken..]);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
            if (joined is not null)
                ArrayPool<byte>.Shared.Return(joined, clearArray: true);
        }
    }

    // Returns where the bytes begin that are held back.
    private int Scan(ReadOnlySpan<byte> text, ReadOnlySpan<char> chars, IBufferWriter<byte> output, bool isEnd)
    {
        var position = 0;
        var covered = _covered;
        _covered = 0;
        while (true)
        {
            for (; position < covered; position++)
            {
                covered = Math.Max(covered, position + patterns.MatchAt(text[position..]));
                if (!isEnd && MayGoOn(text, position))
                {
                    _covered = covered - position;
                    return position;
                }
            }

            var found = patterns.IndexIn(chars[position..]);
            var next = found < 0 ? text.Length : position + found;
            if (!isEnd)
            {
                for (var i = Math.Max(position, text.Length - patterns.Longest + 1); i < next; i++)
                {
                    if (!MayGoOn(text, i))
                        continue;
                    output.Write(text[position..i]);
                    return i;
                }
            }

            output.Write(text[position..next]);
            if (next == text.Length)
                return next;
            output.Write(SecretPatterns.Mask);
            position = next;
            covered = next + patterns.MatchAt(text[next..]);
        }
    }

    private bool MayGoOn(ReadOnlySpan<byte> text, int position) =>
        text.Length - position < patterns.Longest && patterns.IsBeginning(text[position..]);

    private void Hold(ReadOnlySpan<byte> rest)
    {
        if (_held.Length < rest.Length)
            _held = new byte[patterns.Longest];
        rest.CopyTo(_held);
        _heldCount = rest.Length;
    }
}
