using System.Text.Json;

namespace Sightglass.Server.Tests;

/// <summary>One frame of a stream of server-sent events.</summary>
internal sealed record SseFrame(string? Id, string? Event, string? Data)
{
    /// <summary>Gets after how many milliseconds the viewer is to come back, where the frame says it.</summary>
    public int? Retry { get; init; }

    public long Seq => long.Parse(Id!, System.Globalization.CultureInfo.InvariantCulture);

    public JsonElement Json => JsonElement.Parse(Data!);
}

/// <summary>Reads frames as a browser does.</summary>
internal sealed class SseReader(HttpResponseMessage response) : IDisposable
{
    private StreamReader? _reader;

    /// <summary>Reads the next frame; null where the stream has ended.</summary>
    public async Task<SseFrame?> NextAsync()
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        _reader ??= new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        string? id = null, name = null, data = null;
        int? retry = null;
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Length == 0) return new SseFrame(id, name, data) { Retry = retry };
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            else if (line.StartsWith("retry: ", StringComparison.Ordinal)) retry = int.Parse(line[7..], System.Globalization.CultureInfo.InvariantCulture);
            else throw new InvalidDataException($"'{line}' is no line of a frame.");
        }

        return null;
    }

    /// <summary>Reads all frames to the end of the stream.</summary>
    public async Task<List<SseFrame>> ReadAllAsync()
    {
        var frames = new List<SseFrame>();
        while (await NextAsync() is { } frame) frames.Add(frame);
        return frames;
    }

    public void Dispose()
    {
        _reader?.Dispose();
        response.Dispose();
    }
}
