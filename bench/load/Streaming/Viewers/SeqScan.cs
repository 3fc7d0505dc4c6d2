namespace Sightglass.Load.Streaming.Viewers;

/// <summary>Reads the ids of frames that carry an event, and counts gaps and repetitions; goes on over several connections.</summary>
internal sealed class SeqScan : IScan
{
    private readonly byte[] _line = new byte[64];
    private int _length;
    private long _id;

    /// <summary>Gets the last event that came.</summary>
    public long Last { get; private set; }

    /// <summary>Gets whether the end of the execution was told.</summary>
    public bool HasEnd { get; private set; }

    public long Count { get; private set; }

    public long Wrong { get; private set; }

    /// <summary>Forgets a line that was cut with its connection.</summary>
    public void Cut() => _length = 0;

    public void Read(ReadOnlySpan<byte> piece, long now)
    {
        while (!piece.IsEmpty)
        {
            var end = piece.IndexOf((byte)'\n');
            var part = end < 0 ? piece : piece[..end];
            var kept = Math.Min(part.Length, _line.Length - _length);
            part[..kept].CopyTo(_line.AsSpan(_length));
            _length += kept;
            if (end < 0) return;
            Take(_line.AsSpan(0, _length));
            _length = 0;
            piece = piece[(end + 1)..];
        }
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("id: "u8))
        {
            if (!System.Buffers.Text.Utf8Parser.TryParse(line[4..], out _id, out _)) throw new InvalidDataException("A frame whose id is no number.");
        }
        else if (line.StartsWith("event: end"u8))
        {
            HasEnd = true;
        }
        else if (line.StartsWith("data: {\"seq\":"u8))
        {
            if (_id != Last + 1) Wrong++;
            Last = _id;
            Count++;
        }
    }
}
