using System.Buffers;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;
using Sightglass.Server.Executions.Lines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace Sightglass.Server.Tests.Executions.Lines;

/// <summary>Parts of a log, beside all of its lines read one after the other.</summary>
public sealed class LineIndexTests : IAsyncDisposable
{
    private static readonly string[] Stages = ["build", "test", "pack[0]", "pack[1]"];

    private readonly InMemoryEventStore _store = new();
    private readonly Guid _id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
    private readonly List<ExecutionEvent> _events = [];

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Part_is_the_same_as_of_all_lines_read_one_after_the_other(int seed)
    {
        var random = new Random(seed);
        await AppendAsync(random, 3000);
        using var indexes = new LineIndexes(_store);

        for (var round = 0; round < 60; round++)
        {
            // The log grows under the index.
            if (round % 20 == 19) await AppendAsync(random, 200);
            var at = random.Next(3) == 0 ? random.Next(1, _events.Count + 1) : (long?)null;
            var stage = random.Next(3) == 0 ? Stages[random.Next(2)] : random.Next(4) == 0 ? "pack" : null;
            var level = random.Next(3) switch { 0 => "error", 1 => "info,warning", _ => null };
            var q = random.Next(3) == 0 ? $"NEEDLE {random.Next(3)}" : null;
            var limit = random.Next(1, 40);
            var all = Read(at ?? long.MaxValue);
            var fits = all.Where(l => (stage is null || l.Stage == stage || l.Stage.StartsWith(stage + "[", StringComparison.Ordinal)) && (q is null || l.Text.Contains(q, StringComparison.OrdinalIgnoreCase))).ToList();
            var wanted = fits.Where(l => level is null || level.Split(',').Contains(l.Level)).ToList();
            var from = random.Next(3) == 0 ? random.Next(0, wanted.Count + 2) : (int?)null;
            var line = from is null && random.Next(2) == 0 ? random.Next(1, all.Count + 2) : (int?)null;
            var first = from ?? (line is { } number ? wanted.FindIndex(l => l.Number >= number) is >= 0 and var found ? found : wanted.Count : Math.Max(0, wanted.Count - limit));

            var window = (await indexes.ReadAsync(_id, Query(("at", at), ("stage", stage), ("level", level), ("q", q), ("limit", limit), ("from", from), ("line", line), ("width", LineLimits.MaxWidth)), CancellationToken.None))!;

            Assert.Equal((Math.Min(first, wanted.Count), wanted.Count, all.Count, false), (window.From, window.Total, window.AllLines, window.More));
            Assert.Equal((fits.Count(l => l.Level == "info"), fits.Count(l => l.Level == "error")), (window.Counts.Info, window.Counts.Error));
            Assert.Equal(wanted.Skip(first).Take(limit).Select(l => (l.Number, l.Seq, l.Stage, l.Level, l.Text)), window.Lines.Select(l => (l.Number, l.Seq, l.Stage, l.Level, l.Text)));
        }
    }

    [Fact]
    public async Task Long_log_is_counted_in_bounded_steps()
    {
        await AppendAsync(new Random(5), 20);
        var text = string.Concat(Enumerable.Repeat(new string('x', 999) + "\n", 40));
        for (var i = 0; i < 900; i++) await AppendAsync(new StageOutputWritten { Text = text }, "build");
        using var indexes = new LineIndexes(_store);
        var expected = Read(long.MaxValue).Count;

        var first = (await indexes.ReadAsync(_id, Query(("from", 0)), CancellationToken.None))!;
        var second = (await indexes.ReadAsync(_id, Query(("from", expected - 3)), CancellationToken.None))!;

        Assert.True(first.More);
        Assert.InRange(first.AllLines, 1, expected - 1);
        Assert.Equal((false, expected, 3), (second.More, second.Total, second.Lines.Count));
    }

    private static LineQuery Query(params (string Name, object? Value)[] given) =>
        new(new QueryCollection(given.Where(g => g.Value is not null).ToDictionary(g => g.Name, g => new StringValues(g.Value!.ToString()))));

    private List<FoundLine> Read(long at)
    {
        var lines = new List<FoundLine>();
        var fold = new LineFold([]);
        foreach (var e in _events.TakeWhile(e => e.Seq <= at)) fold.Add(e, (in LineView line) => lines.Add(FoundLine.Of(line, lines.Count + 1, LineLimits.MaxWidth)));
        return lines;
    }

    private async Task AppendAsync(Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var stage = Stages[random.Next(Stages.Length)];
            var text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => Piece(random)));
            await AppendAsync(random.Next(12) switch
            {
                0 => new StageLogged { Level = LevelCounts.Names[random.Next(4)], Message = "logged " + text },
                1 when random.Next(20) == 0 => new StageFailed { Error = new StageError("exit_code", "It failed."), Duration = 1 },
                _ => new StageOutputWritten { Text = text, Stream = random.Next(4) == 0 ? "error" : "output" },
            }, stage);
        }
    }

    private static string Piece(Random random) => random.Next(12) switch
    {
        0 => "\r",
        1 => "\r\n",
        2 => $"needle {random.Next(3)}\n",
        3 => new string((char)random.Next('a', 'z'), random.Next(1500)),
        _ => $"{random.Next()} words and words\n",
    };

    private async Task AppendAsync(EventData data, string stage)
    {
        var e = new ExecutionEvent(_events.Count + 1, DateTimeOffset.UnixEpoch, _id, stage, 1, 0, data);
        var bytes = new ArrayBufferWriter<byte>();
        EventJson.WriteLine(bytes, e);
        var outcome = await _store.AppendAsync(new Append
        {
            ExecutionId = _id,
            Epoch = 1,
            ExpectedLast = _events.Count,
            Blocks = [new AppendBlock(BlockKind.Report, e.Seq, 1, bytes.WrittenMemory)],
            Summary = _events.Count == 0 ? new ExecutionSummary { Id = _id, PipelineId = "p", PipelineName = "P", Status = ExecutionStatus.Running, CreatedAt = DateTimeOffset.UnixEpoch } : null,
        });
        Assert.Equal(AppendStatus.Appended, outcome.Status);
        _events.Add(e);
    }
}
