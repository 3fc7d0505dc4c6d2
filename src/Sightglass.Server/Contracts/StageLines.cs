using Sightglass.Core.Executions;

namespace Sightglass.Server.Contracts;

/// <summary>A line that a stage printed or logged.</summary>
/// <param name="Level"><c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Text">The line without its end.</param>
/// <param name="Fields">The named values of a logged line.</param>
internal sealed record StageLine(string Level, string Text, Payload? Fields = null);

/// <summary>The lines of all stages of one execution, from its events in order. A line stands where it is complete, and what
/// an attempt leaves without an end stands at the attempt's.</summary>
internal sealed class StageLines
{
    private readonly Dictionary<(string Stage, string Stream), LineSplitter> _open = [];

    /// <summary>Begins in the middle of a text: gives what stands before the next event.</summary>
    public void Begin(string stage, IEnumerable<StageOutputWritten> pieces)
    {
        foreach (var piece in pieces)
        {
            foreach (var _ in Splitter(stage, piece.Stream).Add(piece.Text))
            {
                // Complete before the reader joined.
            }
        }
    }

    /// <summary>Gives the lines that an event completes.</summary>
    public IEnumerable<StageLine> Read(ExecutionEvent e)
    {
        if (e.Stage is not { } stage) return [];
        return e.Data switch
        {
            StageOutputWritten output => Splitter(stage, output.Stream).Add(output.Text).Select(static text => new StageLine("info", text)),
            StageLogged log => [new StageLine(log.Level, log.Message, log.Fields is { IsInline: true } fields && fields.Json.Span.SequenceEqual("null"u8) ? null : log.Fields)],
            StageCompleted or StageFailed or StageCancelled or StageStarted => Ends(stage),
            _ => [],
        };
    }

    private List<StageLine> Ends(string stage)
    {
        var lines = new List<StageLine>();
        foreach (var stream in (ReadOnlySpan<string>)["output", "error"])
        {
            if (_open.Remove((stage, stream), out var splitter) && splitter.Rest() is { } rest) lines.Add(new StageLine("info", rest));
        }

        return lines;
    }

    private LineSplitter Splitter(string stage, string stream)
    {
        if (!_open.TryGetValue((stage, stream), out var splitter)) _open[(stage, stream)] = splitter = new LineSplitter();
        return splitter;
    }
}
