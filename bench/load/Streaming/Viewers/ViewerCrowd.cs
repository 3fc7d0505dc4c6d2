using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sightglass.Load.Streaming.Viewers;

/// <summary>Many viewers of streams, read by one thread.</summary>
internal sealed class ViewerCrowd : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<int> _descriptors = [];
    private readonly List<ChunkedBody> _bodies = [];
    private readonly List<IScan> _scans = [];
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly List<string> _refused = [];

    public int Count => _sockets.Count;

    /// <summary>Gets how many have got their headers.</summary>
    public int Begun { get; private set; }

    /// <summary>Gets how many have come to the end of their stream, or were cut off.</summary>
    public int Ended { get; private set; }

    /// <summary>Gets how many bytes came, headers and all.</summary>
    public long Bytes { get; private set; }

    public IReadOnlyList<IScan> Scans => _scans;

    /// <summary>Opens a stream.</summary>
    public void Open(int port, string path, IScan scan, string header = "")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n{header}\r\n"));
        socket.Blocking = false;
        var descriptor = (int)socket.Handle;
        _sockets.Add(socket);
        _descriptors.Add(descriptor);
        _bodies.Add(new ChunkedBody());
        _scans.Add(scan);
        _epoll.Watch(descriptor, _sockets.Count - 1);
    }

    /// <summary>Reads until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public void ReadUntil(Func<bool> isDone, TimeSpan limit, string what)
    {
        var from = Stopwatch.GetTimestamp();
        while (!isDone())
        {
            if (Stopwatch.GetElapsedTime(from) > limit) throw new TimeoutException($"Waited {limit.TotalSeconds:0} s for {what}: {Begun} of {Count} begun, {Ended} ended, {_scans.Sum(s => s.Count)} came. {string.Join(' ', _refused.Take(1))}");
            ReadOnce(100);
        }
    }

    /// <summary>Reads what there is.</summary>
    public void ReadOnce(int milliseconds)
    {
        var count = _epoll.Wait(milliseconds);
        for (var n = 0; n < count; n++)
        {
            var index = _epoll.IndexOf(n);
            var read = Epoll.Read(_descriptors[index], _buffer);
            if (read > 0) Take(index, _buffer.AsSpan(0, read));
            else if (read == 0) End(index);
            else if (!IsEmpty()) End(index);
        }
    }

    public void Dispose()
    {
        foreach (var socket in _sockets) socket.Dispose();
        _epoll.Dispose();
    }

    private static bool IsEmpty() => System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is 11 or 4;

    private void Take(int index, ReadOnlySpan<byte> bytes)
    {
        var now = Stopwatch.GetTimestamp();
        Bytes += bytes.Length;
        var body = _bodies[index];
        if (!body.HasBegun && !bytes.StartsWith("HTTP/1.1 200"u8)) _refused.Add(Encoding.UTF8.GetString(bytes));
        var hadBegun = body.HasBegun;
        do
        {
            var piece = body.Next(ref bytes);
            _scans[index].Read(piece, now);
        }
        while (!bytes.IsEmpty && !body.HasEnded);
        if (!hadBegun && body.HasBegun) Begun++;
        if (body.HasEnded) End(index);
    }

    // Closed, so that it is not told of for ever.
    private void End(int index)
    {
        if (!_sockets[index].SafeHandle.IsClosed) Ended++;
        _sockets[index].Dispose();
    }
}
