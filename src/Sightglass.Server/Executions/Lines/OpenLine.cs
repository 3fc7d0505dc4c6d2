using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Server.Executions.Lines;

/// <summary>A line of which more may come. Where it grows beyond what is kept, its length goes on being counted.</summary>
internal sealed class OpenLine
{
    private readonly StringBuilder _text = new();
    private HeldLine? _held;
    private long _seq;
    private DateTimeOffset _time;

    public OpenLine()
    {
    }

    public OpenLine(HeldLine held)
    {
        _text.Append(held.Text);
        (Length, Rewrites, _seq, _time, _held) = (held.Length, held.Rewrites, held.Seq, held.Time, held);
    }

    /// <summary>Gets the characters that it has.</summary>
    public long Length { get; private set; }

    /// <summary>Gets how often it was written over by a carriage return.</summary>
    public int Rewrites { get; private set; }

    /// <summary>Gets the characters that are kept.</summary>
    public int Kept => _text.Length;

    /// <summary>Gets the characters that a place of the log would hold that no place before holds already.</summary>
    public int Changed => _held is null ? _text.Length : 0;

    /// <summary>Adds what was printed, which has no line end.</summary>
    /// <param name="e">The event that brought it.</param>
    /// <param name="text">The text.</param>
    /// <param name="room">The most characters to keep of it.</param>
    public void Append(ExecutionEvent e, ReadOnlySpan<char> text, int room)
    {
        if (text.IsEmpty) return;
        (_held, _seq, _time) = (null, e.Seq, e.Time);

        // A return is known to write over only once something other than a line end follows it.
        if (_text.Length > 0 && _text.Length == Length && _text[^1] == '\r') WriteOver(1);
        if (text[..^1].LastIndexOf('\r') is var over and >= 0)
        {
            WriteOver(text[..(over + 1)].Count('\r'));
            text = text[(over + 1)..];
        }

        // Once a part is left out nothing may follow it, or the text would be another one.
        var take = _text.Length < Length ? 0 : Math.Max(0, Math.Min(text.Length, Math.Min(room, LineLimits.MaxWidth - _text.Length)));
        if (take > 0 && take < text.Length && char.IsHighSurrogate(text[take - 1])) take--;
        _text.Append(text[..take]);
        Length += text.Length;
    }

    /// <summary>Gives its text.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Gives it as it stands.</summary>
    public HeldLine Hold(string stage, int attempt, string stream, bool withText) =>
        withText || _held is not null
            ? _held ??= new HeldLine(stage, attempt, stream, _seq, _time, _text.ToString(), Length, Rewrites)
            : new HeldLine(stage, attempt, stream, _seq, _time, "", Length, Rewrites);

    private void WriteOver(int times)
    {
        Rewrites += times;
        _text.Clear();
        Length = 0;
    }
}
