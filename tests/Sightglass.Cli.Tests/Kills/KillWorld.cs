using System.Globalization;
using System.Text;
using System.Text.Json;
using Sightglass.Cli.Tests.Processes;

namespace Sightglass.Cli.Tests.Kills;

/// <summary>One data folder, the servers that die on it one after the other, and what has been seen of its executions.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A world that failed leaves its folder to be looked at.")]
internal sealed class KillWorld
{
    private const int AtOnce = 7;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly Random _random;
    private readonly string _name;
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<Guid, (string Pipeline, SseViewer Viewer)> _executions = [];
    private readonly HashSet<Guid> _open = [];
    private readonly List<DateTimeOffset> _deaths = [];
    private readonly HashSet<FolderProcesses.Seen> _orphans = [];
    private KillTotals _totals = new();
    private readonly Dictionary<string, string> _unanswered = [];
    private int _keys;

    // Set anew for each server; viewers count down to the frame after which it dies.
    private TaskCompletionSource _frame = new();
    private int _framesLeft;
    private int _frames;

    public KillWorld(int seed, int number)
    {
        _random = new Random(seed + number);
        _name = $"seed {seed}, world {number}, folder {_folder.Path}";
        foreach (var (id, yaml) in KillPipelines.Files) _folder.Write($"pipelines/{id}.yaml", yaml);
    }

    private string Stages => Path.Combine(_folder.Path, "pipelines");

    public async Task<KillTotals> RunAsync(int kills)
    {
        try
        {
            while (_totals.Kills < kills) await LiveAndDieAsync();
            await EndAsync();
            _folder.Dispose();
            return _totals with { FramesSeen = _frames };
        }
        catch (Exception e)
        {
            // The folder stays; what runs in it does not.
            foreach (var process in FolderProcesses.In(Stages)) FolderProcesses.Kill(process);
            throw new InvalidOperationException($"After {_totals.Kills} kills ({_name}): {e.Message}", e);
        }
    }

    private async Task LiveAndDieAsync()
    {
        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0");
        if (_random.Next(6) == 0 && _totals.Kills > 0)
        {
            // While it starts: while it ends orphans, recovers, or a little later.
            await PassAsync(_random.Next(1200));
            _totals = _totals with { KillsWhileStarting = _totals.KillsWhileStarting + 1 };
            await KillAsync(server, []);
            return;
        }

        using var client = await ReadyAsync(server);
        var viewers = await WorkAsync(client);
        if (_random.Next(3) > 0)
        {
            await Task.WhenAny(_frame.Task, PassAsync(1500));
            if (_frame.Task.IsCompleted) _totals = _totals with { KillsAfterACommit = _totals.KillsAfterACommit + 1 };
        }
        else
        {
            await PassAsync(_random.Next(400));
            KillOneChild(server);
            await PassAsync(_random.Next(400));
        }

        await KillAsync(server, viewers);
    }

    private async Task KillAsync(CliProcess server, IReadOnlyList<Task> viewers)
    {
        server.Signal(9);
        await server.EndAsync();
        _deaths.Add(TimeProvider.System.GetUtcNow());
        var left = FolderProcesses.In(Stages);
        _orphans.UnionWith(left);
        _totals = _totals with { Kills = _totals.Kills + 1, Orphans = _totals.Orphans + left.Count };
        await Task.WhenAll(viewers).WaitAsync(s_limit);
    }

    /// <summary>Waits until a server is up, and checks what its predecessors left.</summary>
    private async Task<HttpClient> ReadyAsync(CliProcess server)
    {
        var said = await server.WaitForAsync("Ctrl-C stops");
        var url = said["Sightglass on ".Length..].Split(' ')[0];
        foreach (var orphan in _orphans)
        {
            Require(!FolderProcesses.IsAlive(orphan), $"process {orphan.Pid} of a dead server runs on: {FolderProcesses.Tell(orphan)}");
        }

        _orphans.Clear();
        var client = new HttpClient { BaseAddress = new Uri(url + "/"), Timeout = s_limit };
        foreach (var id in _open.ToList())
        {
            var lines = await LogAsync(client, id);
            CheckSeen(id, lines);
            if (lines[^1].Contains("\"type\":\"execution.completed\"", StringComparison.Ordinal) || lines[^1].Contains("\"type\":\"execution.failed\"", StringComparison.Ordinal)) _open.Remove(id);
        }

        return client;
    }

    /// <summary>Starts what is missing to be busy, answers, and watches all of it.</summary>
    private async Task<List<Task>> WorkAsync(HttpClient client)
    {
        _frame = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = _open.Count(id => KillPipelines.Busy.Contains(_executions[id].Pipeline));
        await AskAgainAsync(client);
        for (; busy < AtOnce; busy++) await StartAsync(client, KillPipelines.Busy[_random.Next(KillPipelines.Busy.Count)]);
        if (_open.Count < AtOnce + 4) await StartAsync(client, _random.Next(2) == 0 ? "timer" : "approval");
        if (_random.Next(3) == 0) await ApproveAsync(client);
        _framesLeft = _random.Next(1, 150);
        return [.. _open.Select(id => _executions[id].Viewer.FollowAsync(client))];
    }

    private async Task AskAgainAsync(HttpClient client)
    {
        foreach (var (key, pipeline) in _unanswered.ToList()) await StartAsync(client, pipeline, key, mayGoUnheard: false);
    }

    private async Task StartAsync(HttpClient client, string pipeline, string? key = null, bool mayGoUnheard = true)
    {
        key ??= string.Create(CultureInfo.InvariantCulture, $"start-{_keys++}");
        _unanswered[key] = pipeline;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/pipelines/{pipeline}/run") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);

        // Now and then the server dies before it can answer; the same key is sent to the next one.
        if (mayGoUnheard && _random.Next(12) == 0)
        {
            _ = client.SendAsync(request).ContinueWith(static t => t.Exception, TaskScheduler.Default);
            return;
        }

        using var response = await client.SendAsync(request);
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Require(response.IsSuccessStatusCode, $"{pipeline} was not started: {body}");
        _unanswered.Remove(key);
        var id = body.GetProperty("executionId").GetGuid();
        if (!_executions.TryAdd(id, (pipeline, new SseViewer(id, OnFrame)))) return;
        _open.Add(id);
    }

    private async Task ApproveAsync(HttpClient client)
    {
        foreach (var id in _open.Where(id => _executions[id].Pipeline == "approval"))
        {
            // Refused where the deadline was sooner.
            using var response = await client.PostAsync($"api/executions/{id}/approve", new StringContent("{\"stage\":\"publish\"}", Encoding.UTF8, "application/json"));
            Require((int)response.StatusCode is 200 or 404 or 409, $"the approval of {id} was answered with {response.StatusCode}");
        }
    }

    private void KillOneChild(CliProcess server)
    {
        var children = FolderProcesses.In(Stages).Where(p => p.Pid != server.Id).OrderBy(p => p.Pid).ToList();
        if (children.Count == 0) return;
        FolderProcesses.Kill(children[_random.Next(children.Count)]);
        _totals = _totals with { ChildKills = _totals.ChildKills + 1 };
    }

    /// <summary>Lets the last server finish everything, and reads every log to its end.</summary>
    private async Task EndAsync()
    {
        await using var server = CliProcess.Start(_folder.Path, "serve", "--urls", "http://127.0.0.1:0");
        using (var client = await ReadyAsync(server))
        {
            await AskAgainAsync(client);
            foreach (var id in _open)
            {
                await _executions[id].Viewer.FollowAsync(client).WaitAsync(s_limit);
                Require(_executions[id].Viewer.HasEnded, $"{id} did not end");
            }

            foreach (var (id, (pipeline, _)) in _executions)
            {
                var lines = await LogAsync(client, id);
                CheckSeen(id, lines);
                var check = Checked(id, pipeline, lines);
                _totals = _totals with
                {
                    Executions = _totals.Executions + 1,
                    Losses = _totals.Losses + check.Losses,
                    Crashes = _totals.Crashes + check.Crashes,
                    TimersKept = _totals.TimersKept + check.TimersKept,
                };
            }
        }

        var attempts = File.ReadAllLines(Path.Combine(_folder.Path, "attempts"));
        Require(attempts.Distinct().Count() == attempts.Length, $"an attempt ran twice: {attempts.GroupBy(a => a).FirstOrDefault(g => g.Count() > 1)?.Key}");
        server.Signal(CliProcess.SigTerm);
        (await server.EndAsync()).Exits(0);
        Require(FolderProcesses.In(Stages).Count == 0, "processes of stages are left at the end");
    }

    private LogCheck Checked(Guid id, string pipeline, IReadOnlyList<string> lines)
    {
        try
        {
            return LogCheck.Of(KillPipelines.Files[pipeline], lines, _deaths);
        }
        catch (Exception e)
        {
            throw new InvalidDataException($"{pipeline} {id}: {e.Message}", e);
        }
    }

    // Whatever a viewer had is there, byte for byte.
    private void CheckSeen(Guid id, IReadOnlyList<string> lines)
    {
        var seen = _executions[id].Viewer.Seen;
        Require(seen.Count <= lines.Count, $"{id} had {seen.Count} events and has {lines.Count}");
        for (var i = 0; i < seen.Count; i++) Require(seen[i] == lines[i], $"event {i + 1} of {id} was {seen[i]} and is {lines[i]}");
    }

    private static async Task<IReadOnlyList<string>> LogAsync(HttpClient client, Guid id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/executions/{id}/events");
        request.Headers.Accept.ParseAdd("application/x-ndjson");
        using var response = await client.SendAsync(request);
        Require(response.IsSuccessStatusCode, $"the log of {id} is answered with {response.StatusCode}");
        return (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private void OnFrame()
    {
        if (Interlocked.Decrement(ref _framesLeft) == 0) _frame.TrySetResult();
        Interlocked.Increment(ref _frames);
    }

    private static Task PassAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new InvalidDataException(message);
    }
}
