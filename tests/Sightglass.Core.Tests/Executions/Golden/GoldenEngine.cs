using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Data;
using Xunit;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>The real engine on a store in memory, with nothing in it that varies: a clock that the scenario moves, ids made
/// from names, jitter that is always the same, stages that the scenario plays.</summary>
internal sealed class GoldenEngine : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new DateTimeOffset(2026, 11, 20, 17, 29, 3, 123, TimeSpan.Zero).AddMicroseconds(456);

    private readonly Dictionary<string, PipelineDefinition> _pipelines = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Func<StageRun, CancellationToken, Task<StageResult>>> _parts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);
    private readonly string _name;

    public GoldenEngine(string name)
        : this(name, new LogClock(Start), new InMemoryEventStore())
    {
    }

    private GoldenEngine(string name, LogClock clock, InMemoryEventStore store)
    {
        _name = name;
        Clock = clock;
        Store = store;
        Engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes = [Scripted("code"), Scripted("shell"), Scripted("agent"), new DataStage(), new BranchStage()],
            Slots = 4,
            FindPipeline = _pipelines.GetValueOrDefault,
            FindSecret = name => name == "API_KEY" ? "s3cret-value-of-the-key" : null,
            Environment = new Dictionary<string, string> { ["REGION"] = "eu" },
            Time = clock,
            Random = new SameRandom(),
        });
        Id = IdOf(name);
    }

    public LogClock Clock { get; }

    public InMemoryEventStore Store { get; }

    public PipelineEngine Engine { get; }

    /// <summary>Gets the id of the execution that the scenario is about.</summary>
    public Guid Id { get; }

    /// <summary>Makes a second engine on the same store, which knows nothing of what the first one has in hand.</summary>
    public GoldenEngine Second() => new(_name, Clock, Store);

    /// <summary>Says what a stage does; it takes the given time and gives the JSON.</summary>
    public GoldenEngine On(string stage, double milliseconds, string json) => On(stage, (_, _) =>
    {
        Clock.Advance(milliseconds);
        return Task.FromResult(ScriptedStage.Done(json));
    });

    /// <summary>Says how a stage fails after the given time.</summary>
    public GoldenEngine OnFailing(string stage, double milliseconds, string code, string message, string? detail = null) => On(stage, (_, _) =>
    {
        Clock.Advance(milliseconds);
        return Task.FromResult(StageResult.Failed(code, message, detail));
    });

    public GoldenEngine On(string stage, Func<StageRun, CancellationToken, Task<StageResult>> part)
    {
        _parts[stage] = part;
        return this;
    }

    public GoldenEngine With(string yaml)
    {
        var definition = Parse(yaml);
        _pipelines[definition.Id] = definition;
        return this;
    }

    /// <summary>Waits in a stage until the scenario opens the gate.</summary>
    public Task GateAsync(string name) => Gate(name).Task;

    public void Open(string name) => Gate(name).TrySetResult();

    public async Task StartAsync(string yaml, string? input = null, Func<StartRequest, StartRequest>? change = null)
    {
        JsonElement? element = input is null ? null : JsonDocument.Parse(input).RootElement;
        var request = new StartRequest { Id = Id, Definition = Parse(yaml), Input = element, BaseFolder = "/srv/pipelines", Trigger = "api" };
        var outcome = await Engine.StartAsync(change?.Invoke(request) ?? request);
        Assert.True(outcome.IsStarted, string.Join('\n', outcome.Problems));
    }

    /// <summary>Follows the log until the n-th event of a type, of one stage where it is named.</summary>
    public async Task<ExecutionEvent> SeenAsync(string type, string? stage = null, int nth = 1)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = 0;

        // On the system's clock: timers on the scenario's are the engine's alone.
        var follower = new LogFollower(Store, Engine.Feed, TimeProvider.System);
        await foreach (var step in follower.FollowAsync(Id, 0, TimeSpan.FromDays(1), limit.Token))
        {
            foreach (var e in step.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes)))
            {
                if (e.Type == type && (stage is null || e.Stage == stage) && ++seen == nth) return e;
            }
        }

        throw new InvalidOperationException("The feed ended.");
    }

    /// <summary>Waits until a stage really runs: the clock may be moved only then, or its duration would be a matter of luck.</summary>
    public Task RunsAsync(string stage) => GateAsync(stage + " runs").WaitAsync(TimeSpan.FromSeconds(30));

    public Task EndedAsync() => Engine.WaitForEndAsync(Id).WaitAsync(TimeSpan.FromSeconds(30));

    public static async Task AcceptedAsync(Task<CommandAnswer> command)
    {
        var answer = await command;
        Assert.True(answer.Accepted, answer.Message);
    }

    /// <summary>Reads what the engine wrote, with the machine's own names taken out.</summary>
    public async Task<GoldenLog> ReadAsync(Guid id)
    {
        var page = await Store.ReadAsync(id, 0, BlockFilter.All, int.MaxValue);
        var worker = JsonSerializer.Serialize(new { id = $"{Environment.MachineName}/{Environment.ProcessId}", host = Environment.MachineName, process = Environment.ProcessId });
        var lines = string.Concat(page.Blocks.Select(b => Encoding.UTF8.GetString(b.Bytes.Span)))
            .Replace(worker, """{"id":"worker-1/7","host":"worker-1","process":7}""", StringComparison.Ordinal);
        var references = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var e in EventJson.ReadBlock(Encoding.UTF8.GetBytes(lines)))
        {
            e.Data.MapPayloads(p =>
            {
                if (p.Reference is { } reference) references.Add(reference);
                return p;
            });
        }

        var values = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var reference in references) values[reference] = await LogReader.ReadValueAsync(Store, reference);
        return new GoldenLog(lines, values);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gate in _gates.Values) gate.TrySetResult();
        Clock.LetGo();
        await Engine.DisposeAsync();
    }

    private static PipelineDefinition Parse(string yaml)
    {
        var read = DefinitionReader.Read(Encoding.UTF8.GetBytes(yaml), "test.yaml");
        Assert.True(read.IsValid, string.Join('\n', read.Problems));
        return read.Definition!;
    }

    // A version 7 id whose random bits are a hash of the name.
    private static Guid IdOf(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16);
        Span<byte> stamp = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(stamp, Start.ToUnixTimeMilliseconds() << 16);
        stamp[..6].CopyTo(hash);
        hash[6] = (byte)(0x70 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash, bigEndian: true);
    }

    private ScriptedStage Scripted(string type) => new(type, _parts, stage => Open(stage + " runs"));

    private TaskCompletionSource Gate(string name) => _gates.GetOrAdd(name, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class SameRandom() : Random(7)
    {
        public override double NextDouble() => 0.5;
    }
}
