using System.Text;

namespace Sightglass.Cli.LiveView;

/// <summary>The terminal's second screen, on which frames replace each other. It is the terminal's own way to survive a
/// resize: nothing drawn here is ever wrapped into what the user had before.</summary>
internal sealed class TerminalScreen(Stream output)
{
    private const string Enter = "\e[?1049h\e[?25l\e[2J";
    private const string Leave = "\e[?25h\e[?1049l";

    private readonly Lock _gate = new();
    private string _last = "";
    private bool _isEntered;
    private bool _isClosed;

    /// <summary>Gets the room of a frame; terminals that do not know their size count as 80 by 24.</summary>
    public static FrameSize Size
    {
        get
        {
            if (WindowSize.OfOutput() is { } known) return known;
            try
            {
                var (columns, rows) = (Console.WindowWidth, Console.WindowHeight);
                return columns > 0 && rows > 0 ? new FrameSize(columns, rows) : new FrameSize(80, 24);
            }
            catch (IOException)
            {
                return new FrameSize(80, 24);
            }
        }
    }

    /// <summary>Replaces the frame with one write, and only where something changed.</summary>
    public void Draw(List<string> lines)
    {
        // Updates between the two marks appear at once in terminals that know them; others ignore the marks.
        var frame = new StringBuilder("\e[?2026h\e[H");
        for (var i = 0; i < lines.Count; i++) frame.Append(i == 0 ? "" : "\r\n").Append(lines[i]).Append("\e[0m\e[K");
        frame.Append("\e[J\e[?2026l");
        var text = frame.ToString();
        lock (_gate)
        {
            if (_isClosed || (_isEntered && text == _last)) return;
            _last = text;
            Write(_isEntered ? text : Enter + text);
            _isEntered = true;
        }
    }

    /// <summary>Gives the first screen back; a later frame takes the second one again.</summary>
    public void Suspend()
    {
        lock (_gate)
        {
            if (!_isEntered) return;
            _isEntered = false;
            Write(Leave);
        }
    }

    /// <summary>Gives the first screen back for good.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        Suspend();
    }

    private void Write(string text)
    {
        output.Write(Encoding.UTF8.GetBytes(text));
        output.Flush();
    }
}
