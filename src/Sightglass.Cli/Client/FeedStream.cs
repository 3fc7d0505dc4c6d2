using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>Reads what changes of executions from the overview: server-sent events.</summary>
internal static class FeedStream
{
    /// <summary>Reads frames until the server closes the stream.</summary>
    /// <param name="client">The server.</param>
    /// <param name="response">The open stream; disposed by the caller.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public static async IAsyncEnumerable<FeedFrame> ReadAsync(ApiClient client, HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (name, data) = ("", (string?)null);
        string? id = null;
        var frames = new List<FeedFrame>();
        await foreach (var lines in LineStream.ReadAsync(client, response, CliLimits.SilentStream, cancellationToken).ConfigureAwait(false))
        {
            foreach (var line in Encoding.UTF8.GetString(lines.Span).AsSpan(..^1).EnumerateLines())
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..].ToString();
                else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..].ToString();
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..].ToString();
                else if (line.IsEmpty)
                {
                    frames.Add(new FeedFrame(name, id, data is null ? null : Parse(client, data)));
                    (name, data) = ("", null);
                }
            }

            foreach (var frame in frames) yield return frame;
            frames.Clear();
        }
    }

    private static JsonElement Parse(ApiClient client, string data)
    {
        try
        {
            return JsonElement.Parse(data);
        }
        catch (JsonException error)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"{client.PeerName} sent a frame that this command does not understand; use the same version of sightglass for both.", error);
        }
    }
}
