namespace Sightglass.Load.Streaming.Viewers;

/// <summary>Takes the headers and the chunks of one HTTP answer apart, however they are cut into packets.</summary>
internal sealed class ChunkedBody
{
    private int _headerEnd;
    private int _left;
    private int _size;
    private int _skip;
    private bool _inExtension;

    /// <summary>Gets whether the headers are there.</summary>
    public bool HasBegun => _headerEnd == 4;

    /// <summary>Gets whether the answer came to its end.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Gets the next piece of the body, and what is left to take apart.</summary>
    public ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _headerEnd < 4)
        {
            _headerEnd = bytes[0] == "\r\n\r\n"u8[_headerEnd] ? _headerEnd + 1 : bytes[0] == '\r' ? 1 : 0;
            bytes = bytes[1..];
        }

        while (!bytes.IsEmpty && !HasEnded)
        {
            if (_left > 0)
            {
                var piece = bytes[..Math.Min(_left, bytes.Length)];
                bytes = bytes[piece.Length..];
                _left -= piece.Length;
                if (_left == 0) _skip = 2;
                return piece;
            }

            ReadSize(bytes[0]);
            bytes = bytes[1..];
        }

        return default;
    }

    private void ReadSize(byte b)
    {
        if (_skip > 0)
        {
            _skip--;
            return;
        }

        if (b == '\n')
        {
            _left = _size;
            HasEnded = _size == 0;
            _size = 0;
            _inExtension = false;
        }
        else if (b == ';')
        {
            _inExtension = true;
        }
        else if (!_inExtension && b != '\r')
        {
            _size = (_size * 16) + (b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
        }
    }
}
