using System.Net.Sockets;
using System.Text;
using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Tests.Processes;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Cli.Tests.DataFolder;

/// <summary>A run goes with its execution: whoever has read the end of the log needs nothing more of it.</summary>
public sealed class GoneOwnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("events", "-f")]
    [InlineData("watch", "--json")]
    public async Task Follower_ends_well_when_the_owner_goes_with_the_end_of_the_log(string verb, string option)
    {
        var log = await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "tests/contracts/logs/approval-granted.ndjson"), TestContext.Current.CancellationToken);
        var id = log.Split("\"executionId\":\"")[1][..36];
        Directory.CreateDirectory(_folder.Data);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var paths = FolderPaths.Of(_folder.Data);
        listener.Bind(new UnixDomainSocketEndPoint(paths.Socket));
        listener.Listen();
        await File.WriteAllBytesAsync(paths.Owner, new FolderOwner(Environment.ProcessId, "run", paths.Socket, null).ToJson(), TestContext.Current.CancellationToken);

        await using var follower = CliProcess.Start(_folder.Path, verb, id, option);
        await AnswerOnceAsync(listener, log);

        Assert.Equal(log, (await follower.EndAsync()).Exits(0).Output);
    }

    /// <summary>Answers the first request whole, and nobody after it.</summary>
    private static async Task AnswerOnceAsync(Socket listener, string body)
    {
        while (true)
        {
            using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);
            await using var stream = new NetworkStream(connection);
            using var reader = new StreamReader(stream, leaveOpen: true);

            // A connection without a request only asks whether somebody listens.
            if (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is not { } request) continue;
            Assert.Contains("/events?after=0&follow=true", request, StringComparison.Ordinal);
            while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 })
            {
            }

            listener.Close();
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"), TestContext.Current.CancellationToken);
            return;
        }
    }
}
