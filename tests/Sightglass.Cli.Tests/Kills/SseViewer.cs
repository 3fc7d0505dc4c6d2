using System.Globalization;

namespace Sightglass.Cli.Tests.Kills;

/// <summary>A viewer of one execution that comes back after each restart with the last number it has seen.</summary>
internal sealed class SseViewer(Guid id, Action onFrame)
{
    private readonly List<string> _seen = [];
    private readonly Lock _gate = new();

    public Guid Id => id;

    /// <summary>Gets what it has seen, in order; the first is number 1.</summary>
    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    /// <summary>Gets whether the server said that this was all.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Reads until the stream ends or the server is gone.</summary>
    public async Task FollowAsync(HttpClient client)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"api/executions/{id}/events?after={Seen.Count}"));
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            string? number = null, name = null, data = null;
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal)) number = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
                else if (line.Length == 0)
                {
                    if (name == "end") HasEnded = true;
                    else if (name is null && data is not null) Take(long.Parse(number!, CultureInfo.InvariantCulture), data);
                    (number, name, data) = (null, null, null);
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server is gone, in the middle of a frame or before the first: what was whole counts.
        }
    }

    private void Take(long number, string data)
    {
        lock (_gate)
        {
            if (number != _seen.Count + 1) throw new InvalidDataException($"Event {number} of {id} follows {_seen.Count}.");
            _seen.Add(data);
        }

        onFrame();
    }
}
