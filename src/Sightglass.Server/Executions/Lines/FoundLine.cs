using Sightglass.Core.Executions;

namespace Sightglass.Server.Executions.Lines;

/// <summary>A line as it is given.</summary>
/// <param name="Number">Its place among all lines of the log, from 1: it never changes.</param>
/// <param name="Seq">The event that ended it.</param>
/// <param name="Time">When that was.</param>
/// <param name="Stage">Key of the stage.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Stream">Where it was printed to.</param>
/// <param name="Level">Its severity.</param>
/// <param name="Text">Its first characters.</param>
/// <param name="Length">How many it has.</param>
/// <param name="Rewrites">How often it was written over by a carriage return.</param>
/// <param name="Fields">Named values of what was logged.</param>
internal sealed record FoundLine(long Number, long Seq, DateTimeOffset Time, string Stage, int Attempt, string Stream, string Level, string Text, long Length, int Rewrites, Payload? Fields)
{
    public static FoundLine Of(in LineView line, long number, int width)
    {
        var take = Cut(line.Text, width);
        var fields = line.Fields is { IsInline: true } given && !given.Json.Span.SequenceEqual("null"u8) ? line.Fields : null;
        return new FoundLine(number, line.Source.Seq, line.Source.Time, line.Source.Stage!, line.Source.Attempt, line.Stream, line.Level, line.Text[..take].ToString(), line.Length, line.Rewrites, fields);
    }

    public static FoundLine Of(HeldLine line, int width)
    {
        var text = line.Text.AsSpan().TrimEnd('\r');
        var length = line.Length - (line.Text.Length - text.Length);
        return new FoundLine(0, line.Seq, line.Time, line.Stage, line.Attempt, line.Stream, "info", text[..Cut(text, width)].ToString(), length, line.Rewrites, null);
    }

    private static int Cut(ReadOnlySpan<char> text, int width)
    {
        var take = Math.Min(text.Length, width);
        return take > 0 && take < text.Length && char.IsHighSurrogate(text[take - 1]) ? take - 1 : take;
    }
}
