using System.Buffers;
using System.Globalization;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Load.Lists;

/// <summary>Executions as a few years leave them behind, written by the store's own appends: one that creates and one that ends.</summary>
internal sealed class StoredExecutions(IEventStore store, int seed)
{
    public const int Pipelines = 50;
    public const int Teams = 7;
    public const int Words = 10_000;

    private const int AtOnce = 512;
    private static readonly string[] Environments = ["prod", "test", "dev"];

    private readonly Random _random = new(seed);
    private readonly List<(ExecutionSummary Summary, string Text)> _begun = [];

    /// <summary>Writes ended executions, a second after the other, the last one at a moment.</summary>
    public async Task FillAsync(int count, DateTimeOffset until)
    {
        var batch = new List<Task>(AtOnce);
        for (var i = 0; i < count; i++)
        {
            batch.Add(AddAsync(until.AddSeconds(i - count), ended: true));
            if (batch.Count < AtOnce) continue;
            await Task.WhenAll(batch);
            batch.Clear();
        }

        await Task.WhenAll(batch);
    }

    /// <summary>Writes executions that have just begun.</summary>
    public async Task BeginAsync(int count, DateTimeOffset now)
    {
        for (var i = 0; i < count; i++) await AddAsync(now.AddMilliseconds(i - count), ended: false);
    }

    /// <summary>Ends those, so that a next run on the same database finds as many as this one did.</summary>
    public async Task EndAsync()
    {
        foreach (var (summary, text) in _begun) await EndAsync(summary, ExecutionStatus.Completed, text);
        _begun.Clear();
    }

    public string Word() => string.Create(CultureInfo.InvariantCulture, $"word{(int)(Math.Pow(_random.NextDouble(), 2) * Words)}");

    private Task AddAsync(DateTimeOffset created, bool ended)
    {
        var pipeline = string.Create(CultureInfo.InvariantCulture, $"pipeline-{_random.Next(Pipelines)}");
        var text = string.Join(' ', Enumerable.Range(0, 10).Select(_ => Word()));
        var fate = _random.Next(100);
        var summary = new ExecutionSummary
        {
            Id = Guid.CreateVersion7(created),
            PipelineId = pipeline,
            PipelineName = "Nightly run of " + pipeline,
            Organization = _random.Next(100) == 0 ? "acme" : "default",
            Status = ExecutionStatus.Running,
            CreatedAt = created,
            StartedAt = created,
            CurrentStage = 1,
            Stages = new StageCounts(5, 0, 0, 1, 4, 0),
            InputPreview = text[..Math.Min(100, text.Length)],
            Input = new TextExcerpt(text, ExcerptKind.Text, IsCut: false),
            Labels = new Dictionary<string, string>
            {
                ["team"] = string.Create(CultureInfo.InvariantCulture, $"t{_random.Next(Teams)}"),
                ["environment"] = Environments[_random.Next(Environments.Length)],
            },
        };
        var status = fate < 95 ? ExecutionStatus.Completed : fate < 99 ? ExecutionStatus.Failed : ExecutionStatus.Cancelled;
        return WriteAsync(summary, ended ? status : null, text);
    }

    private async Task WriteAsync(ExecutionSummary summary, ExecutionStatus? end, string text)
    {
        await store.AppendAsync(Of(summary, 1, new ExecutionCreated
        {
            PipelineId = summary.PipelineId,
            Name = summary.PipelineName,
            Organization = summary.Organization,
            Labels = summary.Labels,
            Input = Payload.FromText(text),
        }));
        if (end is { } status) await EndAsync(summary, status, text);
        else _begun.Add((summary, text));
    }

    private async Task EndAsync(ExecutionSummary summary, ExecutionStatus status, string text)
    {
        var totals = new ExecutionTotals(5, 0, 0, 0.01m, 2000);
        var isFailed = status == ExecutionStatus.Failed;
        var ended = summary with
        {
            Status = status,
            EndedAt = summary.CreatedAt.AddSeconds(2),
            CurrentStage = 5,
            Stages = new StageCounts(5, 5, 0, 0, 0, 0),
            Input = null,
            Error = isFailed ? "exit code 3: connection refused by " + text[..20] : null,
            Output = status == ExecutionStatus.Completed ? new OutputExcerpt(new TextExcerpt(text, ExcerptKind.Text, IsCut: false), "last") : null,
            Totals = totals,
        };
        await store.AppendAsync(Of(ended, 2, isFailed ? new ExecutionFailed { Totals = totals } : new ExecutionCompleted { Output = Payload.FromText(text), Totals = totals }));
    }

    private static Append Of(ExecutionSummary summary, long seq, EventData data)
    {
        var line = new ArrayBufferWriter<byte>(512);
        EventJson.WriteLine(line, new ExecutionEvent(seq, summary.EndedAt ?? summary.CreatedAt, summary.Id, null, 0, 0, data));
        return new Append { ExecutionId = summary.Id, Epoch = 1, ExpectedLast = seq - 1, Blocks = [new AppendBlock(BlockKind.Decision, seq, 1, line.WrittenMemory)], Summary = summary };
    }
}
