using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Server.Executions.Lines;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests.Executions.Lines;

/// <summary>Which lines a log has: the cases that the dashboard's own fold is held to as well.</summary>
public sealed class LineFoldTests
{
    private static readonly JsonElement Cases = JsonElement.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "contracts", "lines.json")));

    public static TheoryData<string> Names => new(Cases.EnumerateArray().Select(c => c.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Names))]
    public void Lines_are_those_of_the_contract(string name)
    {
        var expected = Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var fold = new LineFold([]);
        var lines = new List<object>();

        foreach (var e in expected.GetProperty("events").EnumerateArray())
            fold.Add(EventJson.Read(Encoding.UTF8.GetBytes(e.GetRawText())), (in LineView l) => lines.Add((l.Source.Seq, l.Source.Stage!, l.Stream, l.Level, l.Text.ToString(), l.Rewrites)));

        Assert.Equal(expected.GetProperty("lines").EnumerateArray().Select(l => (object)(l.GetProperty("seq").GetInt64(), Text(l, "stage"), Text(l, "stream"), Text(l, "level"), Text(l, "text"), l.GetProperty("rewrites").GetInt32())), lines);
        Assert.Equal(
            expected.GetProperty("open").EnumerateArray().Select(l => (Text(l, "stage"), Text(l, "stream"), Text(l, "text"), l.GetProperty("rewrites").GetInt32())),
            fold.Hold(true).Select(h => FoundLine.Of(h, 100)).Select(l => (l.Stage, l.Stream, l.Text, l.Rewrites)));
    }

    [Fact]
    public void Line_that_is_not_kept_whole_tells_its_length()
    {
        var fold = new LineFold([]);
        var (kept, length) = (0, 0L);

        for (var i = 1; i <= 300; i++) fold.Add(Output(i, new string('x', 10_000)), Take);
        fold.Add(Output(301, "\nafter\n"), Take);

        Assert.Equal((5, 5), (kept, length));

        void Take(in LineView line)
        {
            if (line.Source.Seq == 301 && line.Text is not "after") Assert.Equal((LineLimits.MaxWidth, 3_000_000), (line.Text.Length, line.Length));
            (kept, length) = (line.Text.Length, line.Length);
        }
    }

    [Fact]
    public void Lines_of_many_stages_without_an_end_hold_a_bounded_text()
    {
        var fold = new LineFold([]);

        for (var i = 1; i <= 1000; i++) fold.Add(Output(i, new string('x', 10_000), $"s{i}"), (in LineView _) => { });

        var held = fold.Hold(true);
        Assert.Equal((1000, 10_000_000), (held.Count, held.Sum(h => h.Length)));
        Assert.Equal(LineLimits.MaxHeldChars, held.Sum(h => h.Text.Length));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static ExecutionEvent Output(long seq, string text, string stage = "a") =>
        new(seq, DateTimeOffset.UnixEpoch, Guid.Empty, stage, 1, 0, new StageOutputWritten { Text = text });
}
