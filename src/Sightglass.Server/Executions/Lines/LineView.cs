using Sightglass.Core.Executions;

namespace Sightglass.Server.Executions.Lines;

/// <summary>Takes a line as it is found; the view is good for the call alone.</summary>
internal delegate void LineTaker(in LineView line);

/// <summary>One line of a log while it is looked at.</summary>
internal readonly ref struct LineView
{
    /// <summary>Creates the view.</summary>
    /// <param name="source">The event that ends the line.</param>
    /// <param name="stream"><c>output</c>, <c>error</c> or <c>log</c>.</param>
    /// <param name="level">The severity.</param>
    /// <param name="text">The line without its end; what stands before a carriage return was written over.</param>
    /// <param name="length">Characters of the line, where fewer than those are at hand.</param>
    /// <param name="rewrites">How often it was written over before.</param>
    /// <param name="fields">Named values.</param>
    public LineView(ExecutionEvent source, string stream, string level, ReadOnlySpan<char> text, long length = 0, int rewrites = 0, Payload? fields = null)
    {
        var hidden = length - text.Length;
        if (text.EndsWith('\r')) text = text[..^1];
        if (text.LastIndexOf('\r') is var over and >= 0)
        {
            rewrites += text[..(over + 1)].Count('\r');
            text = text[(over + 1)..];
        }

        Text = text;
        (Source, Stream, Level, Rewrites, Fields) = (source, stream, level, rewrites, fields);
        Length = text.Length + Math.Max(0, hidden);
    }

    public ExecutionEvent Source { get; }

    public string Stream { get; }

    public string Level { get; }

    public ReadOnlySpan<char> Text { get; }

    public long Length { get; }

    public int Rewrites { get; }

    public Payload? Fields { get; }
}
