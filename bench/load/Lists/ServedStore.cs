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
    private byte[] _answer = new byte[1 << 20];

    private ServedStore(string path)
    {
        Store = SqliteEventStore.Open(new SqliteStoreOptions { Path = path });
        _catalog = new PipelineCatalog(_folder);
        Engine = new PipelineEngine(new PipelineEngineOptions { Store = Store, StageTypes = [new CodeStage(new CodeRegistry().Register("noop", static _ => { })), new DataStage()], Slots = 16 });
        _server = new SightglassServer(new ServerOptions { Urls = ["http://127.0.0.1:0"] }, Engine, _catalog);
    }

    public SqliteEventStore Store { get; }

    public PipelineEngine Engine { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="path">Its database.</param>
    /// <param name="pipelines">How many pipelines its folder has, by the names of the stored ones.</param>
    public static async Task<ServedStore> StartAsync(string path, int pipelines = 0)
    {
        var served = new ServedStore(path);
        for (var i = 0; i < pipelines; i++)
            await File.WriteAllTextAsync(Path.Combine(served._folder, $"{i}.yaml"), $"id: pipeline-{i}\nstages:\n  - id: only\n    type: data\n    data: {{ value: \"1\" }}\n");
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

    /// <summary>Reads an answer whole, into memory that is used again: what a client leaves behind is not the server's to clear
    /// away. Anything but a success is an error of the measurement.</summary>
    /// <returns>The answer, until the next one is read.</returns>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string path)
    {
        using var answer = await _client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var length = 0;
        while (await body.ReadAsync(_answer.AsMemory(length)) is > 0 and var count)
        {
            length += count;
            if (length == _answer.Length) Array.Resize(ref _answer, 2 * length);
        }

        return answer.IsSuccessStatusCode ? _answer.AsMemory(0, length) : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode}");
    }

    public async Task<JsonElement> GetAsync(string path) => JsonElement.Parse((await ReadAsync(path)).Span);

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
