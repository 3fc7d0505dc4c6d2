using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sightglass.Server.Streaming;
using Sightglass.Server.Tests.OpenApi;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Whatever is asked, the answer is one that the document describes: no failure of the server, no hang, no memory that grows.</summary>
[Collection(Alone.Name)]
public sealed class RequestFuzzTests
{
    private const int Connections = 16;
    private const int Enough = 50_000;
    private const int MostGrowth = 64 * 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("SIGHTGLASS_FUZZ_COUNT") ?? "100000", CultureInfo.InvariantCulture);

    /// <summary>Gets what the run is drawn from.</summary>
    internal static int Seed { get; } = int.Parse(Environment.GetEnvironmentVariable("SIGHTGLASS_FUZZ_SEED") ?? "20261121", CultureInfo.InvariantCulture);

    [Fact(Timeout = 600_000)]
    public async Task Every_request_is_answered_as_the_document_says()
    {
        await using var world = await FuzzWorld.StartAsync();
        var clock = Stopwatch.StartNew();
        var tally = new Tally();

        // What is made once (compiled code, caches, connections) is made by then.
        await RunAsync(world, 0, Count / 4, tally);
        await world.Log.WhenQuietAsync(Longest);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await RunAsync(world, Count / 4, Count, tally);
        await world.Log.WhenQuietAsync(Longest);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        clock.Stop();

        var share = (double)world.Log.Entered / Count;
        var said = string.Create(CultureInfo.InvariantCulture, $"fuzz: {Count:N0} requests in {clock.Elapsed.TotalSeconds:N0} s, {share:P1} reached a handler, memory {growth / 1024.0 / 1024.0:N1} MiB more than after a quarter, seed {Seed}\n");
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(RepositoryFiles.Root, "artifacts", "test-results")).FullName, "fuzz.txt"), said + string.Join('\n', tally.Statuses.Index().Where(s => s.Item > 0).Select(s => $"  {s.Index} {s.Item}").Concat(tally.Done.OrderBy(d => d.Value).Select(d => $"  {d.Value} {d.Key}"))) + "\n");
        Assert.True(world.Log.Errors.IsEmpty, string.Join('\n', world.Log.Errors.Take(5)));
        if (Count >= Enough) Assert.Empty(FuzzOperation.All.Select(o => o.Name).Except(world.Log.Routes));

        // A generator that is only ever refused tries nothing. Those of WebSockets have tests of their own.
        if (Count >= Enough) Assert.DoesNotContain(FuzzOperation.All.Select(o => o.Name).Except(tally.Done.Keys), o => !o.StartsWith("GET /ws", StringComparison.Ordinal));
        Assert.True(share >= 0.8, said);
        Assert.True(growth < MostGrowth, said);
        using var connection = new Connection(world);
        Assert.Null(await connection.TryAsync(new FuzzRequest("GET /healthz", "GET", "/healthz", Encoding.ASCII.GetBytes($"GET /healthz HTTP/1.1\r\nHost: {world.Address.Authority}\r\n\r\n"), MayBreak: false), tally));
    }

    private static async Task RunAsync(FuzzWorld world, int from, int to, Tally tally)
    {
        var generator = new RequestGenerator(world);
        var next = from;
        string? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var connection = new Connection(world);
            while (Interlocked.Increment(ref next) - 1 is var number && number < to && failure is null)
            {
                var request = generator.Next(new Random(HashCode.Combine(Seed, number)));
                if (await connection.TryAsync(request, tally) is { } wrong)
                    Interlocked.CompareExchange(ref failure, $"SIGHTGLASS_FUZZ_SEED={Seed}, request {number}: {wrong}\n{request}\n{string.Join('\n', world.Log.Errors.Take(3))}", null);
            }
        })));
        Assert.True(failure is null, failure);
    }

    private sealed class Tally
    {
        public long[] Statuses { get; } = new long[600];

        /// <summary>Gets how often each operation was done.</summary>
        public ConcurrentDictionary<string, int> Done { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>A connection that is opened again where an answer ends it.</summary>
    private sealed class Connection(FuzzWorld world) : IDisposable
    {
        private RawConnection? _raw;
        private int _checked;

        /// <returns>What is wrong with the answer; nothing where it is right.</returns>
        public async Task<string?> TryAsync(FuzzRequest request, Tally tally)
        {
            using var limit = new CancellationTokenSource(Longest);
            var isDone = false;
            try
            {
                if (_raw is null)
                {
                    _raw = new RawConnection();
                    await _raw.ConnectAsync(world.Address, limit.Token);
                }

                var sending = _raw.SendAsync(request.Bytes, limit.Token);
                var answer = await _raw.ReadAsync(request.Method == "HEAD", limit.Token);
                await sending;
                Interlocked.Increment(ref tally.Statuses[answer.Status]);
                if (answer.Status < 400 && request.Path.Length > 0 && request.Operation.StartsWith(request.Method, StringComparison.Ordinal)) tally.Done.AddOrUpdate(request.Operation, 1, static (_, times) => times + 1);
                isDone = !answer.IsLast && !request.MayBreak;
                if (isDone && _raw.HasMore) return $"{answer.Status} {answer.Text}\nand more after its end";
                if (isDone) world.Learn(request, answer);
                return Check(request, answer);
            }
            catch (OperationCanceledException)
            {
                return $"No answer in {Longest.TotalSeconds} s.";
            }
            catch (Exception e) when (e is EndOfStreamException or SocketException && request.MayBreak)
            {
                return null;
            }
            catch (Exception e) when (e is EndOfStreamException or SocketException or FormatException or JsonException)
            {
                return e.ToString();
            }
            finally
            {
                if (!isDone) Dispose();
            }
        }

        public void Dispose()
        {
            _raw?.Dispose();
            _raw = null;
        }

        private string? Check(FuzzRequest request, RawAnswer answer)
        {
            var isSwitchedOff = answer.Status == 503 && answer.Text.Contains(StreamingSwitch.Name, StringComparison.Ordinal);
            if (answer.Status >= 500 && !isSwitchedOff && !(request.MayBreak && answer.Status is 501 or 505)) return $"{answer.Status} {answer.Text}";
            if (request.Method is "HEAD" or "OPTIONS" || answer.Status == 101) return null;

            // The shape of what is long is looked at now and then.
            var isLong = answer.Body.Length > 16 * 1024 && ++_checked % 50 != 0;
            var isForged = request.Path.Contains(FuzzWorld.Forged, StringComparison.Ordinal) || answer.Body.Span.IndexOf(Encoding.ASCII.GetBytes(FuzzWorld.Forged)) >= 0;
            var isUnread = !answer.IsWhole || isForged || isLong || answer.Type is not ("application/json" or "application/problem+json");
            var wrong = ApiContract.Check(request.Method, request.Path, answer.Status, answer.Type, isUnread ? null : answer.Text);
            return wrong.Count == 0 ? null : string.Join('\n', wrong);
        }
    }
}
