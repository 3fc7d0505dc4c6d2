namespace Sightglass.Load.Streaming.Viewers;

/// <summary>Finds the marks of lines in what a viewer gets, counts what is missing or comes twice, and notes how old each is.</summary>
/// <param name="delays">Takes how old each line was.</param>
/// <param name="lines">How many there are; what follows them is the result of the stage, which quotes the last of them.</param>
internal sealed class LineScan(List<float> delays, long lines) : IScan
{
    private int _state;
    private int _resumes = -1;
    private long _number;
    private long _printed;
    private long _last;

    private static ReadOnlySpan<byte> Text => "\"text\":\""u8;

    public long Count { get; private set; }

    public long Wrong { get; private set; }

    public void Read(ReadOnlySpan<byte> piece, long now)
    {
        while (!piece.IsEmpty && Count < lines)
        {
            if (_state == 0)
            {
                var at = piece.IndexOf((byte)'@');
                if (at < 0) return;
                piece = piece[(at + 1)..];
                (_state, _number, _printed) = (1, 0, 0);
                continue;
            }

            var b = piece[0];
            piece = piece[1..];
            if (_resumes >= 0)
            {
                _resumes = b == Text[_resumes] ? _resumes + 1 : b == '"' ? 1 : 0;
                if (_resumes == Text.Length) _resumes = -1;
                continue;
            }

            // A text may end anywhere; the line goes on in that of the next event.
            if (b == '"') _resumes = 0;
            else if (b is >= (byte)'0' and <= (byte)'9')
            {
                if (_state == 1) _number = (_number * 10) + (b - '0');
                else _printed = (_printed * 10) + (b - '0');
            }
            else if (_state == 1 && b == ':')
            {
                _state = 2;
            }
            else
            {
                if (_state == 2 && b == ';') Take(now);
                _state = 0;
            }
        }
    }

    private void Take(long now)
    {
        if (_number != _last + 1) Wrong++;
        _last = _number;
        Count++;
        delays.Add((float)((now - _printed) * 1000.0 / System.Diagnostics.Stopwatch.Frequency));
    }
}
