using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Tests.Scheduling;
using Sightglass.Core.Tests.Stages;
using Sightglass.Core.Tests.Stages.Http;
using Sightglass.Core.Webhooks;
using Xunit;

namespace Sightglass.Core.Tests.Webhooks;

/// <summary>A real receiver on the loopback that answers as the test says and keeps what came.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private LoopbackServer _server = null!;

    public ConcurrentQueue<Received> Requests { get; } = new();

    public Func<HttpContext, Task> Answer { get; set; } = static _ => Task.CompletedTask;

    public string Url => _server.Url + "/hook";

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        receiver._server = await LoopbackServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            receiver.Requests.Enqueue(new Received(headers, Encoding.UTF8.GetString(body.ToArray())));
            await receiver.Answer(context);
        });
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

internal sealed record Received(IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["X-Sightglass-Delivery"];
}

/// <summary>An engine and a dispatcher on one store, as a process has them.</summary>
internal sealed class HookWorld : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Nothing else is waited for so long: a timer of this length is a request under way.
    private static readonly TimeSpan Timeout = new(0, 0, 0, 10, 7);

    private readonly PipelineEngine _engine;

    public HookWorld(IEventStore store, IRecordStore records, ManualTime time, Func<string, string?>? secrets = null, bool allowsLoopback = true)
    {
        Store = store;
        Time = time;
        var watch = new WebhookWatch();
        _engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes = [new DataStage(), new CodeStage(Code)],
            Webhooks = watch,
            Random = new Random(7),
            Grace = TimeSpan.FromMilliseconds(200),
        });
        Dispatcher = new WebhookDispatcher(store, records, watch, new WebhookOptions
        {
            Time = time,
            FindSecret = secrets ?? (_ => null),
            AllowPrivateNetworks = allowsLoopback,
            Random = new Random(7),
            Timeout = Timeout,
        });
    }

    public CodeRegistry Code { get; } = new();

    public IEventStore Store { get; }

    public ManualTime Time { get; }

    public WebhookDispatcher Dispatcher { get; }

    public PipelineEngine Engine => _engine;

    public async Task<Guid> RunAsync(string yaml, string? webhookUrl = null)
    {
        var outcome = await _engine.StartAsync(new StartRequest { Definition = EngineHarness.Parse(yaml), WebhookUrl = webhookUrl });
        Assert.True(outcome.IsStarted, string.Join('\n', outcome.Problems));
        await _engine.WaitForEndAsync(outcome.ExecutionId!.Value).WaitAsync(Limit);
        return outcome.ExecutionId.Value;
    }

    /// <summary>Waits for a condition that the network or, where it is turned, the clock brings about.</summary>
    /// <param name="condition">What to wait for.</param>
    /// <param name="step">How far the clock is turned between two looks. It stands while a request is under way, which
    /// takes its own time.</param>
    /// <param name="isHanging">Tells that the request under way will not be answered: then the clock is turned all the same.</param>
    public async Task UntilAsync(Func<bool> condition, TimeSpan? step = null, Func<bool>? isHanging = null) => await UntilAsync(() => Task.FromResult(condition()), step, isHanging);

    public async Task UntilAsync(Func<Task<bool>> condition, TimeSpan? step = null, Func<bool>? isHanging = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, "the condition did not come about");
            if (step is { } by) Time.TryAdvance(by, isHanging?.Invoke() == true ? null : Timeout);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public async Task<IReadOnlyList<WebhookDelivery>> DeadAsync() => (await Dispatcher.ListDeadAsync()).Items;

    public async ValueTask DisposeAsync()
    {
        await Dispatcher.DisposeAsync();
        await _engine.DisposeAsync();
    }
}
