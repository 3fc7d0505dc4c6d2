using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Stages.Shell;
using Sightglass.Server.Access;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Tests.OpenApi;
using Xunit;

namespace Sightglass.Server.Tests;

/// <summary>A real server on a free port of the loopback, with an engine on a store in memory and a folder of pipelines.</summary>
internal sealed class ServerHarness : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sg-server-").FullName;
    private readonly PipelineCatalog _catalog;
    private readonly IEventStore _store;
    private SightglassServer _server;
    private long _users;

    private ServerHarness(IEventStore? store, TimeProvider? time, Random? random)
    {
        _store = store ?? new InMemoryEventStore();
        _catalog = new PipelineCatalog(_folder);
        Engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = _store,
            StageTypes = [new CodeStage(Code), new DataStage(), new BranchStage(), new ShellStage()],
            FindPipeline = id => _catalog.Find(id)?.Definition,
            Random = random ?? new Random(7),
            Time = time ?? TimeProvider.System,
            Grace = TimeSpan.FromMilliseconds(200),
        });
        _server = null!;
        Http = null!;
    }

    /// <summary>Gets the longest time that any test waits for anything.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    public CodeRegistry Code { get; } = new();

    public PipelineEngine Engine { get; }

    public HttpClient Http { get; private set; }

    public Uri Address { get; private set; } = null!;

    /// <summary>Gets every address that the server listens on.</summary>
    public IReadOnlyList<string> Addresses => _server.Addresses;

    public string Folder => _folder;

    public IReadOnlyList<RouteEndpoint> Routes => _server.Routes;

    public ServerContext Context => _server.Context;

    public static Task<ServerHarness> StartAsync(Func<ServerOptions, ServerOptions>? configure = null, IEventStore? store = null, TimeProvider? time = null, params string[] pipelines) =>
        StartAsync(new ServerHarness(store, time, null), configure, pipelines);

    /// <summary>Starts a server whose engine draws from a source of the test's.</summary>
    public static Task<ServerHarness> StartAsync(Random random, params string[] pipelines) => StartAsync(new ServerHarness(null, null, random), null, pipelines);

    private static async Task<ServerHarness> StartAsync(ServerHarness harness, Func<ServerOptions, ServerOptions>? configure, string[] pipelines)
    {
        foreach (var yaml in pipelines) await harness.AddAsync(yaml);
        await harness._catalog.StartAsync();
        try
        {
            await harness.ListenAsync(configure);
        }
        catch
        {
            await harness.DisposeAsync();
            throw;
        }

        return harness;
    }

    public static Task<ServerHarness> StartAsync(params string[] pipelines) => StartAsync(null, null, null, pipelines);

    /// <summary>Stops the server and starts another on the same engine, at a new address.</summary>
    public async Task RestartAsync(Func<ServerOptions, ServerOptions>? configure = null)
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        Http.Dispose();
        await ListenAsync(configure);
    }

    public Task StopServerAsync() => _server.StopAsync();

    public async Task AddAsync(string yaml)
    {
        var id = DefinitionReader.Read(Encoding.UTF8.GetBytes(yaml), "x.yaml").Definition!.Id;
        await File.WriteAllTextAsync(Path.Combine(_folder, id + ".yaml"), yaml);
        await _catalog.RefreshAsync();
    }

    public Task WriteFileAsync(string name, string content) => File.WriteAllTextAsync(Path.Combine(_folder, name), content);

    public Task RefreshAsync() => _catalog.RefreshAsync();

    /// <summary>Starts a pipeline over the API.</summary>
    public async Task<Guid> RunAsync(string pipeline, string body = "{}")
    {
        var answer = await PostAsync($"/api/pipelines/{pipeline}/run", body);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("started", answer.Json.GetProperty("status").GetString());
        return answer.Json.GetProperty("executionId").GetGuid();
    }

    public async Task<Guid> RunToEndAsync(string pipeline, string body = "{}")
    {
        var id = await RunAsync(pipeline, body);
        await EndAsync(id);
        return id;
    }

    public Task EndAsync(Guid id) => Engine.WaitForEndAsync(id).WaitAsync(Limit);

    public async Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, headers);
    }

    public async Task<Answer> PostAsync(string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await SendAsync(request, headers);
    }

    public async Task<Answer> PutAsync(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await SendAsync(request);
    }

    /// <summary>Makes an account over the socket's rights; from the first on everybody has to log in.</summary>
    public async Task AddUserAsync(string name, string role, string password = "correct horse battery", string organization = "default", string grants = "{}")
    {
        var accounts = _server.Context.Access.Accounts;
        if (!await accounts.HasOrganizationAsync(organization, default)) Assert.Null(await accounts.AddOrganizationAsync(new Organization(organization, DateTimeOffset.UnixEpoch, "test"), default));
        Assert.True(Roles.TryParse(role, out var parsed));
        Assert.Null(await accounts.AddAsync(
            new Account
            {
                Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMilliseconds(Interlocked.Increment(ref _users))),
                Organization = organization,
                Name = name,
                Role = parsed,
                Grants = JsonElement.Parse(grants).EnumerateObject().ToDictionary(g => g.Name, g => Roles.TryParse(g.Value.GetString(), out var granted) ? granted : throw new ArgumentException(grants)),
                Password = PasswordHash.Create(password, 10_000),
                Stamp = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = "test",
            },
            default));
    }

    /// <summary>Logs in.</summary>
    /// <returns>The cookie, as a browser sends it back.</returns>
    public async Task<(string, string)> LogInAsync(string name, string password = "correct horse battery", string organization = "default")
    {
        var answer = await PostAsync("/api/session", $$"""{"name":"{{name}}","password":"{{password}}","organization":"{{organization}}"}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return CookieOf(answer);
    }

    public static (string, string) CookieOf(Answer answer) => ("Cookie", answer.Response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

    public async Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        return await SendAsync(request, headers);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        var answer = await Answer.ReadAsync(response);
        var path = request.RequestUri!.IsAbsoluteUri ? request.RequestUri.AbsolutePath : request.RequestUri.OriginalString.Split('?')[0];
        var wrong = ApiContract.Check(request.Method.Method, path, (int)answer.Status, answer.Type, answer.Text);
        Assert.True(wrong.Count == 0, "The answer is not what docs/openapi.json says (mend the route's description, or the answer):\n" + string.Join('\n', wrong));
        return answer;
    }

    /// <summary>Opens a stream and gives it once its headers are there.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, string accept, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<SseReader> FollowAsync(Guid id, string query = "", string? lastEventId = null)
    {
        var response = await OpenAsync($"/api/executions/{id}/events{query}", "text/event-stream", lastEventId);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new SseReader(response);
    }

    /// <summary>Opens a client over a Unix socket.</summary>
    public static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://sightglass/"),
    };

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        await Engine.DisposeAsync();
        await _store.DisposeAsync();
        await _catalog.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ListenAsync(Func<ServerOptions, ServerOptions>? configure)
    {
        var options = new ServerOptions { Urls = ["http://127.0.0.1:0"], ShutdownTime = TimeSpan.FromSeconds(1), Access = new AccessOptions { PasswordIterations = 10_000 } };
        _server = new SightglassServer(configure?.Invoke(options) ?? options, Engine, _catalog);
        await _server.StartAsync();
        Address = new Uri(_server.Addresses.First(a => a.StartsWith("http://127", StringComparison.Ordinal)));
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Address, Timeout = Limit };
    }
}

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, string? Type, string Text, HttpResponseMessage Response)
{
    private JsonElement? _json;

    public JsonElement Json => _json ??= JsonElement.Parse(Text);

    public string? Code => Json.GetProperty("code").GetString();

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(), response);

    /// <summary>Checks that this is a problem with a code, as every refusal has to be.</summary>
    public void AssertProblem(HttpStatusCode status, string code)
    {
        Assert.True(status == Status && Type == "application/problem+json", $"{(int)Status} {Type}: {Text}");
        Assert.Equal(code, Code);
        Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        Assert.NotEmpty(Json.GetProperty("detail").GetString()!);
        Assert.Equal(Json.GetProperty("detail").GetString(), Json.GetProperty("error").GetString());
    }
}
