using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Server;
using Sightglass.Sqlite;

namespace Sightglass.Load.Lists;

/// <summary>The product's server on a database, and a client with one connection to it.</summary>
internal sealed class ServedStore : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sightglass-lists-").FullName;
    private readonly PipelineCatalog _catalog;
    private readonly SightglassServer _server;
    private HttpClient _client = null!;

    private ServedStore(string path)
    {
        Store = SqliteEventStore.Open(new SqliteStoreOptions { Path = path });
        _catalog = new PipelineCatalog(_folder);
        Engine = new PipelineEngine(new PipelineEngineOptions { Store = Store, StageTypes = [new CodeStage(new CodeRegistry().Register("noop", static _ => { })), new DataStage()], Slots = 16 });
        _server = new SightglassServer(new ServerOptions { Urls = ["http://127.0.0.1:0"] }, Engine, _catalog);
    }

    public SqliteEventStore Store { get; }

    public PipelineEngine Engine { get; }

    public static async Task<ServedStore> StartAsync(string path)
    {
        var served = new ServedStore(path);
        await served._catalog.StartAsync();
        await served._server.StartAsync();
        served._client = new HttpClient { BaseAddress = new Uri(served._server.Addresses[0]) };
        return served;
    }

    /// <summary>Runs an execution to its end.</summary>
    public async Task<Guid> RunAsync(PipelineDefinition definition)
    {
        var outcome = await Engine.StartAsync(new StartRequest { Definition = definition });
        var id = outcome.ExecutionId ?? throw new InvalidOperationException(string.Join(' ', outcome.Problems));
        await Engine.WaitForEndAsync(id);
        return id;
    }

    /// <summary>Reads an answer whole; anything but a success is an error of the measurement.</summary>
    public async Task<byte[]> ReadAsync(string path)
    {
        using var answer = await _client.GetAsync(path);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        return answer.IsSuccessStatusCode ? bytes : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode}");
    }

    public async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await ReadAsync(path));

    public async Task<DateTimeOffset> OldestAsync()
    {
        var blocks = await Store.ReadFromPositionAsync(0, 1);
        return EventJson.ReadBlock(blocks[0].Bytes).First().Time;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await Engine.DisposeAsync();
        await Store.DisposeAsync();
        await _catalog.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
