using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Stages.Shell;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>An engine on a store in memory, with every stage type that needs nothing from outside.</summary>
internal sealed class EngineHarness : IAsyncDisposable
{
    private readonly Dictionary<string, PipelineDefinition> _pipelines = new(StringComparer.Ordinal);

    public EngineHarness(IEventStore? store = null, TimeProvider? time = null, int slots = 16, Func<string, string?>? secrets = null, IReadOnlyList<OrphanedAttempt>? orphans = null)
    {
        Store = store ?? new InMemoryEventStore();
        Engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = Store,
            StageTypes = [new CodeStage(Code), new DataStage(), new BranchStage(), new ShellStage()],
            Slots = slots,
            FindPipeline = _pipelines.GetValueOrDefault,
            FindSecret = secrets ?? (_ => null),
            Time = time ?? TimeProvider.System,
            Orphans = orphans ?? [],
            Random = new Random(7),
            Grace = TimeSpan.FromMilliseconds(200),
        });
    }

    public IEventStore Store { get; }

    public CodeRegistry Code { get; } = new();

    public PipelineEngine Engine { get; }

    public static PipelineDefinition Parse(string yaml)
    {
        var read = DefinitionReader.Read(Encoding.UTF8.GetBytes(yaml), "test.yaml");
        Assert.True(read.IsValid, string.Join('\n', read.Problems));
        return read.Definition!;
    }

    public EngineHarness With(string yaml)
    {
        var definition = Parse(yaml);
        _pipelines[definition.Id] = definition;
        return this;
    }

    public async Task<Guid> StartAsync(string yaml, string? input = null)
    {
        JsonElement? element = input is null ? null : JsonDocument.Parse(input).RootElement;
        var outcome = await Engine.StartAsync(new StartRequest { Definition = Parse(yaml), Input = element });
        Assert.True(outcome.IsStarted, string.Join('\n', outcome.Problems));
        return outcome.ExecutionId!.Value;
    }

    /// <summary>Runs a pipeline to its end.</summary>
    public async Task<Run> RunAsync(string yaml, string? input = null)
    {
        var id = await StartAsync(yaml, input);
        await Engine.WaitForEndAsync(id, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));
        return await ReadAsync(id);
    }

    public async Task<Run> ReadAsync(Guid id)
    {
        var events = new List<ExecutionEvent>();
        long cursor = 0;
        while (true)
        {
            var page = await Store.ReadAsync(id, cursor, BlockFilter.All, 1 << 20);
            if (page.Blocks.Count == 0) break;
            foreach (var block in page.Blocks) events.AddRange(EventJson.ReadBlock(block.Bytes));
            cursor = page.Blocks[^1].LastSeq;
        }

        var state = await LogReader.FoldAsync(Store, id);
        return new Run(id, state!, events);
    }

    /// <summary>Follows the log until an event comes that the condition holds for.</summary>
    public async Task<ExecutionEvent> WaitForAsync(Guid id, Func<ExecutionEvent, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        ExecutionEvent? last = null;
        await foreach (var step in Engine.Follower.FollowAsync(id, 0, TimeSpan.FromSeconds(1), limit.Token))
        {
            foreach (var e in step.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes)))
            {
                if (condition(e)) return e;
                last = e;
            }

            Assert.False(step.Ended, $"The execution ended before the event came. Its last: {last?.Seq} {last?.Type} {last?.Data}");
        }

        throw new InvalidOperationException("The feed ended.");
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

/// <summary>What a run left behind.</summary>
internal sealed record Run(Guid Id, ExecutionState State, IReadOnlyList<ExecutionEvent> Events)
{
    public StageState Stage(string key) => State.Find(key) ?? throw new InvalidOperationException($"No stage '{key}'.");

    public string StatusOf(string key) => Stage(key).Status.ToWire();

    public string? OutputOf(string key) => Stage(key).Output is { } output ? Encoding.UTF8.GetString(output.Json.Span) : null;

    public IEnumerable<T> Data<T>(string? stage = null) where T : EventData =>
        Events.Where(e => stage is null || e.Stage == stage).Select(e => e.Data).OfType<T>();

    public string Text(string stage) => string.Concat(Data<StageOutputWritten>(stage).Where(d => d.Stream == "output").Select(d => d.Text));
}
