using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Webhooks;
using Sightglass.Server.Access;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Tests.Contracts;
using Sightglass.Sqlite;
using Xunit;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>A whole server as <c>serve</c> composes it – database, schedules, webhooks, accounts – with executions in every
/// state, and the names of all that it has.</summary>
internal sealed class FuzzWorld : IAsyncDisposable
{
    /// <summary>How the ids of executions begin whose logs were changed by hand: they may say what no log says.</summary>
    public const string Forged = "000000";

    private const string Password = "correct horse battery";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("sg-fuzz-").FullName;
    private readonly SqliteEventStore _store;
    private readonly PipelineCatalog _catalog;
    private readonly PipelineEngine _engine;
    private readonly ScheduleRunner _schedules;
    private readonly WebhookDispatcher _webhooks;
    private readonly SightglassServer _server;
    private byte[] _dump = [];
    private string _dumped = "";

    private FuzzWorld()
    {
        _store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(_folder, "data", "sightglass.db"), Durability = SqliteDurability.Off });
        _catalog = new PipelineCatalog(Directory.CreateDirectory(Path.Combine(_folder, "pipelines")).FullName);
        var watch = new WebhookWatch();
        _engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = _store,
            StageTypes = [new CodeStage(FuzzPipelines.Code), new DataStage(), new BranchStage()],
            FindPipeline = id => _catalog.Find(id)?.Definition,
            Webhooks = watch,
            Grace = TimeSpan.FromMilliseconds(200),
        });
        _schedules = new ScheduleRunner(_engine, _store, () => _catalog.Entries.Where(e => e.IsValid).Select(e => new ScheduledPipeline(e.Definition!, null)));
        _webhooks = new WebhookDispatcher(_store, _store, watch);
        _server = new SightglassServer(
            new ServerOptions
            {
                Urls = ["http://127.0.0.1:0"],
                RequestsPerSecond = 10_000_000,
                RequestBurst = 10_000_000,
                StreamingPipeline = "printer",
                LoggerFactory = Log,
                ShutdownTime = TimeSpan.FromSeconds(1),
                Access = new AccessOptions { PasswordIterations = PasswordHash.MinIterations, MaxAuditEntries = 2000 },
            },
            _engine, _catalog, _schedules, _webhooks);
    }

    public HandlerLog Log { get; } = new();

    public KnownNames Known { get; } = new();

    public Uri Address { get; private set; } = null!;

    /// <summary>Gets the header of an admin's token.</summary>
    public string Admin { get; private set; } = "";

    /// <summary>Gets the headers of an admin who has logged in, for what no token may do.</summary>
    public string Session { get; private set; } = "";

    /// <summary>Gets those of one who may change his password, and of one who may log out: both lose their sessions by it.</summary>
    public (string NewPassword, string LoggedOut) Leavers { get; private set; }

    /// <summary>Gets headers of others who ask: roles that may do less, another organisation, and nobody.</summary>
    public IReadOnlyList<string> Others { get; private set; } = [];

    public static async Task<FuzzWorld> StartAsync()
    {
        var world = new FuzzWorld();
        try
        {
            foreach (var (id, yaml) in FuzzPipelines.Files) await File.WriteAllTextAsync(Path.Combine(world._folder, "pipelines", id + ".yaml"), yaml);
            await world._catalog.StartAsync();
            world._webhooks.Start();
            world._schedules.Start();
            await world._server.StartAsync();
            world.Address = new Uri(world._server.Addresses[0]);
            using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = world.Address, Timeout = Limit };
            await world.FillAsync(http);
            await world.NameCallersAsync(http);
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }

        return world;
    }

    /// <summary>Gives an exported execution, under an id that is not there yet.</summary>
    /// <param name="random">What it is drawn from.</param>
    /// <param name="isForged">Whether one of its events says something else than it did; its id then begins with <see cref="Forged"/>.</param>
    public byte[] Dump(Random random, bool isForged)
    {
        var id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMilliseconds(isForged ? random.Next(1 << 24) : (1L << 40) + random.NextInt64(1L << 39))).ToString();
        using var output = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(_dump), ZipArchiveMode.Read))
        using (var to = new ZipArchive(output, ZipArchiveMode.Create))
        {
            foreach (var entry in from.Entries)
            {
                using var reader = new StreamReader(entry.Open());
                var text = reader.ReadToEnd().Replace(_dumped, id, StringComparison.Ordinal);
                if (isForged && entry.FullName == Sightglass.Server.Executions.Transfer.Dump.Events) text = Forge(random, text);
                using var writing = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                writing.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return output.ToArray();
    }

    /// <summary>Remembers what an answer names.</summary>
    public void Learn(FuzzRequest request, RawAnswer answer)
    {
        if (answer.Status is < 200 or > 299) return;
        if (answer.Headers.TryGetValue("etag", out var tag)) Known.Add("tag", tag);

        // An address that was made odd may lead to the dashboard's page.
        if (answer.Type != "application/json") return;
        switch (request.Operation)
        {
            case "POST /api/executions":
                Known.Add("external", Member(answer, "executionId"));
                Known.Add("execution", Member(answer, "executionId"));
                break;
            case "POST /api/pipelines/{id}/run":
            case "POST /api/executions/import":
                Known.Add("execution", Member(answer, "executionId"));
                Known.Add("disposable", Member(answer, "executionId"));
                if (request.Path == "/api/pipelines/printer/run") Known.Add("held", Member(answer, "executionId"));
                if (request.Path is "/api/pipelines/waits/run" or "/api/pipelines/approval/run") Known.Add("open", Member(answer, "executionId"));
                break;
            case "POST /api/tokens":
                Known.Add("token", Member(answer, "id"));
                break;
            case "POST /api/users":
                Known.Add("user", Member(answer, "name"));
                break;
            case "GET /api/executions" or "GET /api/executions/running" or "GET /api/executions/history" when answer.Body.Length < 64 * 1024:
                Known.Add("cursor", Member(answer, "next"));
                break;
            case "GET /api/webhooks/dead" when answer.Body.Length < 64 * 1024 && JsonElement.Parse(answer.Body.Span).TryGetProperty("deliveries", out var dead):
                foreach (var letter in dead.EnumerateArray()) Known.Add("dead", letter.GetProperty("id").GetString());
                break;
            case "GET /api/outputs" when answer.Body.Length < 64 * 1024 && request.Method == "GET":
                foreach (var output in JsonElement.Parse(answer.Body.Span).EnumerateArray()) Known.Add("output", output.GetProperty("filename").GetString());
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _schedules.DisposeAsync();
        await _webhooks.DisposeAsync();
        await _engine.DisposeAsync();
        await _catalog.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Forge(Random random, string events)
    {
        var lines = events.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ref var line = ref lines[random.Next(lines.Length)];
        var e = JsonNode.Parse(line)!;
        OddJson.Change(random, random.Next(4) > 0 ? e["data"] : e);
        line = Encoding.UTF8.GetString(OddJson.Write(e));
        return string.Concat(lines.Select(static l => l + "\n"));
    }

    private static string? Member(RawAnswer answer, string name) =>
        answer.Body.Length > 0 && JsonElement.Parse(answer.Body.Span).TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task FillAsync(HttpClient http)
    {
        var ended = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            foreach (var id in (string[])["printer", "fails", "hello", "fan", "hook"])
            {
                ended.Add(await RunAsync(http, id, """{"input":"x"}"""));
                await _engine.WaitForEndAsync(Guid.Parse(ended[^1])).WaitAsync(Limit);
            }

            foreach (var id in (string[])["approval", "waits"])
            {
                var open = await RunAsync(http, id, "{}");
                Known.Add("execution", open);
                Known.Add("open", open);
            }
        }

        foreach (var name in (string[])["agents", "cancel", "early-exit", "failure-handler", "for-each"])
        {
            var log = GoldenLogFile.Read(name);
            await log.AppendAsync(_store);

            // These logs are there without their values, which only commands and exports need.
            Known.Add("playbook", log.Id.ToString());
        }

        foreach (var id in ended)
        {
            Known.Add("execution", id);
            Known.Add("ended", id);
            Known.Add("playbook", id);
        }

        foreach (var id in FuzzPipelines.Files.Keys) Known.Add("pipeline", id);
        _dumped = ended[0];
        _dump = await http.GetByteArrayAsync($"/api/executions/{_dumped}/export?format=dump");
        Known.Add("value", JsonElement.Parse(await http.GetStringAsync($"/api/executions/{_dumped}")).GetProperty("definitionHash").GetString());
        foreach (var part in (await http.GetStringAsync($"/api/executions/{_dumped}/events")).Split("\"ref\":\"")[1..]) Known.Add("value", part[..part.IndexOf('"', StringComparison.Ordinal)]);
        using var begun = await http.PostAsync("/api/executions", Json("""{"pipeline":{"id":"nightly","stages":[{"id":"fetch","type":"cron job"},{"id":"load","type":"sql","needs":["fetch"]}]},"externalId":"job-1"}"""));
        Known.Add("external", JsonElement.Parse(await begun.Content.ReadAsStringAsync()).GetProperty("executionId").GetString());
    }

    private static async Task<string> RunAsync(HttpClient http, string pipeline, string body)
    {
        using var answer = await http.PostAsync($"/api/pipelines/{pipeline}/run", Json(body));
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("executionId").GetString()!;
    }

    /// <summary>Tokens for each role; and accounts, from the first of which on everybody has to say who he is.</summary>
    private async Task NameCallersAsync(HttpClient http)
    {
        var others = new List<string> { "", "Authorization: Bearer sg_unknown\r\n" };
        foreach (var role in (string[])["admin", "viewer", "operator", "author"])
        {
            using var made = await http.PostAsync("/api/tokens", Json($$"""{"name":"{{role}}","role":"{{role}}"}"""));
            var header = $"Authorization: Bearer {JsonElement.Parse(await made.Content.ReadAsStringAsync()).GetProperty("token").GetString()}\r\n";
            if (role == "admin") Admin = header;
            else others.Add(header);
        }

        var accounts = _server.Context.Access.Accounts;
        Assert.Null(await accounts.AddOrganizationAsync(new Organization("acme", DateTimeOffset.UnixEpoch, "test"), default));
        var origin = $"Origin: {Address.GetLeftPart(UriPartial.Authority)}\r\n";
        var ada = await LogInAsync(http, accounts, "default", "ada");
        var foreigner = await LogInAsync(http, accounts, "acme", "ada");
        Session = ada + origin;
        Leavers = (await LogInAsync(http, accounts, "default", "eve") + origin, await LogInAsync(http, accounts, "default", "mallory") + origin);
        others.AddRange([ada, foreigner, foreigner + origin]);
        Others = others;
    }

    /// <summary>Makes an account and logs it in.</summary>
    /// <returns>The header of its session.</returns>
    private static async Task<string> LogInAsync(HttpClient http, AccountStore accounts, string organization, string name)
    {
        Assert.Null(await accounts.AddAsync(
            new Account
            {
                Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMilliseconds((organization + name).Length)),
                Organization = organization,
                Name = name,
                Role = Role.Admin,
                Password = PasswordHash.Create(Password, PasswordHash.MinIterations),
                Stamp = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = "test",
            },
            default));
        using var session = await http.PostAsync("/api/session", Json($$"""{"name":"{{name}}","password":"{{Password}}","organization":"{{organization}}"}"""));
        return $"Cookie: {session.Headers.GetValues("Set-Cookie").Single().Split(';')[0]}\r\n";
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
