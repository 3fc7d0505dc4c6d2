using System.Net.Sockets;
using System.Text;
using Sightglass.Cli.Client;
using Sightglass.Cli.Commands;
using Sightglass.Cli.DataFolder;
using Xunit;

namespace Sightglass.Cli.Tests.DataFolder;

/// <summary>What is read of whoever has the data folder is bounded: it may be of another version, or no sightglass at all.</summary>
public sealed class ForeignAnswerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sg-foreign-").FullName;
    private int _sockets;

    [Fact]
    public void Owner_is_nobody_when_the_file_is_larger_than_any_word_of_one()
    {
        var paths = FolderPaths.Of(_folder);
        const string Word = """{"pid":1,"verb":"serve","socket":null,"url":null}""";
        File.WriteAllText(paths.Owner, Word + new string(' ', CliLimits.MaxOwnerBytes - Word.Length));
        var atLimit = FolderOwner.Read(paths);
        File.AppendAllText(paths.Owner, " ");

        Assert.Equal((1, "serve"), (atLimit?.Pid, atLimit?.Verb));
        Assert.Null(FolderOwner.Read(paths));
    }

    [Fact]
    public async Task Line_of_a_stream_is_taken_to_its_limit_and_refused_beyond()
    {
        Assert.Equal(CliLimits.MaxStreamLineBytes, await ReadLineAsync(CliLimits.MaxStreamLineBytes - 1));
        var refused = await Assert.ThrowsAsync<CommandRefusedException>(() => ReadLineAsync(CliLimits.MaxStreamLineBytes));
        Assert.Contains("version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_is_refused_when_it_is_larger_than_any_of_ours()
    {
        var socket = Answer("application/json", CliLimits.MaxAnswerBytes + 1, ' ');
        using var client = ApiClient.OfSocket(() => socket);

        var refused = await Assert.ThrowsAsync<CommandRefusedException>(() => client.GetAsync("api/executions", TestContext.Current.CancellationToken));

        Assert.Contains($"more than {CliLimits.MaxAnswerBytes} bytes", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<long> ReadLineAsync(int length)
    {
        var socket = Answer("application/x-ndjson", length, 'x');
        using var client = ApiClient.OfSocket(() => socket);
        long read = 0;
        await foreach (var lines in new RemoteExecutions(client).ReadAsync(Guid.Empty, 0, follow: false, TestContext.Current.CancellationToken)) read += lines.Length;
        return read;
    }

    /// <summary>Answers one request by so many characters and a line's end.</summary>
    private string Answer(string type, int length, char content)
    {
        var path = Path.Combine(_folder, $"s{_sockets++}");
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _ = AnswerAsync();
        return path;

        async Task AnswerAsync()
        {
            using (listener)
            {
                using var connection = await listener.AcceptAsync();
                await using var stream = new NetworkStream(connection);
                using var reader = new StreamReader(stream, leaveOpen: true);
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }

                try
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {length + 1L}\r\n\r\n"));
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(new string(content, length) + "\n"));
                }
                catch (IOException)
                {
                    // Refused in the middle of it, as it should be.
                }
            }
        }
    }
}
