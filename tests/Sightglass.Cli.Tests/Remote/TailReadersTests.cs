using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;
using Sightglass.Cli.Tail;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.Remote;

public sealed class TailReadersTests
{
    [Fact]
    public async Task Places_go_round_when_there_are_more_executions_than_places()
    {
        await using var server = await RemoteServer.StartAsync(("waiting.yaml", TemporaryFolder.Waiting));
        var token = (await File.ReadAllTextAsync(Path.Combine(server.Elsewhere.Path, "viewer"), TestContext.Current.CancellationToken)).Trim();
        using var client = ApiClient.OfServer(ServerAddress.Parse(server.Url, token));
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add(await server.StartRunAsync("waiting"));
        using var output = new Watched(bytes => ids.TrueForAll(id => bytes.Contains($"\"{id}\",\"type\":\"execution.completed\"", StringComparison.Ordinal)), "waiting\\n", 5);
        var known = new KnownExecutions();
        await using (var readers = new TailReaders(client, new TailFilter(), new TailOutput(new TailFilter(), output, TextWriter.Null, isJson: true, new Palette(false), keepColor: false), known, TimeProvider.System, places: 2))
        {
            foreach (var id in ids)
            {
                var execution = new TailedExecution(Guid.Parse(id), "waiting", "queued", 0, DateTimeOffset.MinValue);
                Assert.True(known.Add(execution));
                readers.Read(execution, long.MaxValue);
            }

            // None of them ends, and all are heard.
            await output.HasMany.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            server.Folder.Write("pipelines/go", "");
            await output.IsWhole.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            await readers.WaitUntilIdleAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.False(readers.Failed.IsCompleted);
        }

        Assert.Equal(0, known.Count);
        foreach (var id in ids)
        {
            var seen = string.Concat(output.Text.Split('\n').Where(line => line.Contains(id, StringComparison.Ordinal)).Select(line => line + "\n"));
            Assert.Equal(await server.LogAsync(id), seen);
        }
    }

    /// <summary>Keeps what is written and tells when it is enough.</summary>
    private sealed class Watched(Predicate<string> isWhole, string counted, int many) : MemoryStream
    {
        private readonly TaskCompletionSource _many = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HasMany => _many.Task;

        public Task IsWhole => _whole.Task;

        public string Text => System.Text.Encoding.UTF8.GetString(GetBuffer(), 0, (int)Length);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            if (Text.Split(counted).Length > many) _many.TrySetResult();
            if (isWhole(Text)) _whole.TrySetResult();
        }
    }
}
