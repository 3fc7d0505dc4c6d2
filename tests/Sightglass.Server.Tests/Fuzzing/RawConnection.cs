using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>A connection that sends whatever bytes it is given, which no client library would, and reads answers.</summary>
internal sealed class RawConnection : IDisposable
{
    // Of a longer body the beginning is kept, of a longer stream the beginning is read.
    private const int MostKept = 4 * 1024 * 1024;
    private const int MostOfStream = 16 * 1024;
    private static readonly TimeSpan StaysAtStream = TimeSpan.FromMilliseconds(5);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Gets whether there is something to read that nobody asked for.</summary>
    public bool HasMore => _start < _end || _socket.Available > 0;

    public async Task ConnectAsync(Uri address, CancellationToken cancellationToken) =>
        await _socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port, cancellationToken);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
    }

    /// <summary>Says that nothing more is sent.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads one answer; a stream is left after a little of it.</summary>
    /// <exception cref="EndOfStreamException">The connection was closed in the middle, or before anything came.</exception>
    /// <exception cref="FormatException">What came is no HTTP.</exception>
    public async Task<RawAnswer> ReadAsync(bool isHead, CancellationToken cancellationToken)
    {
        while (true)
        {
            var head = await ReadHeadAsync(cancellationToken);
            var status = head[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(head[0].AsSpan(9, 3), CultureInfo.InvariantCulture) : throw new FormatException("No status line: " + head[0]);
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in head.AsSpan(1))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                headers[colon > 0 ? line[..colon] : throw new FormatException("No header: " + line)] = line[(colon + 1)..].Trim();
            }

            if (status == 100) continue;
            return isHead || status is 101 or 204 or 304 ? new RawAnswer(status, headers, default, status != 101) : await ReadBodyAsync(status, headers, cancellationToken);
        }
    }

    /// <summary>Reads whatever comes until the connection is closed.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var rest = new MemoryStream();
        do
        {
            Keep(rest, _buffer.AsSpan(_start, _end - _start));
            _start = _end;
        }
        while (await FillAsync(cancellationToken));
        return rest.ToArray();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<RawAnswer> ReadBodyAsync(int status, Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        var isStream = headers.GetValueOrDefault("content-type", "") is var type && (type.StartsWith("text/event-stream", StringComparison.Ordinal) || type.StartsWith("application/x-ndjson", StringComparison.Ordinal));
        if (headers.TryGetValue("content-length", out var length))
        {
            await CopyAsync(body, long.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
            return new RawAnswer(status, headers, body.ToArray(), IsWhole: true);
        }

        if (!headers.ContainsKey("transfer-encoding")) return new RawAnswer(status, headers, await ReadToEndAsync(cancellationToken), IsWhole: false);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (isStream) leaving.CancelAfter(StaysAtStream);
        try
        {
            while (true)
            {
                var line = await ReadLineAsync(leaving.Token);
                var size = long.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await CopyAsync(body, size, leaving.Token);
                if (await ReadLineAsync(leaving.Token) is { Length: > 0 } rest) throw new FormatException("After a chunk: " + rest);
                if (size == 0) return new RawAnswer(status, headers, body.ToArray(), IsWhole: true);
                if (isStream && body.Length > MostOfStream) break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Stayed long enough.
        }

        return new RawAnswer(status, headers, body.ToArray(), IsWhole: false);
    }

    private async Task<string[]> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, end);
                _start += end + 4;
                return head.Split("\r\n");
            }

            if (!await FillAsync(cancellationToken)) throw new EndOfStreamException(_start == _end ? "The connection was closed without an answer." : "The connection was closed in the middle of the headers.");
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, end);
                _start += end + 2;
                return line;
            }

            if (!await FillAsync(cancellationToken)) throw new EndOfStreamException("The connection was closed in the middle of the body.");
        }
    }

    private async Task CopyAsync(MemoryStream body, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync(cancellationToken)) throw new EndOfStreamException("The connection was closed in the middle of the body.");
            var taken = (int)Math.Min(count, _end - _start);
            Keep(body, _buffer.AsSpan(_start, taken));
            _start += taken;
            count -= taken;
        }
    }

    private static void Keep(MemoryStream body, ReadOnlySpan<byte> bytes) => body.Write(bytes[..(int)Math.Min(bytes.Length, MostKept - body.Length)]);

    /// <returns>Whether something came.</returns>
    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end) _start = _end = 0;
        if (_end == _buffer.Length)
        {
            if (_start == 0) throw new FormatException("A line of the answer is longer than 64 KiB.");
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        return count > 0;
    }
}
