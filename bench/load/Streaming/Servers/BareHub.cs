using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Sightglass.Load.Streaming.Viewers;

namespace Sightglass.Load.Streaming.Servers;

/// <summary>
/// The yardstick: Kestrel, a ring of messages in memory, a cursor a viewer, and nothing else. It stores nothing, filters
/// nothing, knows no heartbeat and no slow viewer. What waits for a viewer is joined into one write.
/// </summary>
internal sealed class BareHub
{
    private const int Ring = 16 * 1024;
    private const int Burst = 32;

    private readonly byte[][] _frames = new byte[Ring][];
    private readonly Lock _gate = new();
    private readonly HashSet<Viewer> _viewers = [];
    private long _published;
    private TaskCompletionSource _changed = New();

    public static async Task<int> RunAsync()
    {
        var hub = new BareHub();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MinResponseDataRate = null;
        });
        await using var app = builder.Build();
        app.Run(hub.ViewAsync);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        await ServerProtocol.ServeAsync(new Uri(addresses.First()).Port, line =>
        {
            var words = line.Split(' ');
            new Thread(() => hub.Publish(long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture))) { IsBackground = true }.Start();
            return Task.CompletedTask;
        });
        return 0;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ViewAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync();
        var pipe = context.Response.BodyWriter;
        await pipe.FlushAsync();
        var viewer = new Viewer { Cursor = Volatile.Read(ref _published) };
        lock (_gate) _viewers.Add(viewer);
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                var changed = Volatile.Read(ref _changed).Task;
                var end = Math.Min(Volatile.Read(ref _published), viewer.Cursor + 1024);
                if (end == viewer.Cursor)
                {
                    await changed;
                    continue;
                }

                for (var cursor = viewer.Cursor; cursor < end; cursor++)
                {
                    var frame = _frames[cursor % Ring];
                    frame.CopyTo(pipe.GetSpan(frame.Length));
                    pipe.Advance(frame.Length);
                }

                Volatile.Write(ref viewer.Cursor, end);
                await pipe.FlushAsync();
            }
        }
        finally
        {
            lock (_gate) _viewers.Remove(viewer);
        }
    }

    /// <summary>Publishes marked lines, so many a second; with rate 0 as fast as the slowest viewer takes them.</summary>
    private void Publish(long lines, long rate)
    {
#pragma warning disable RS0030 // It prints at the pace of the real clock, on a thread of its own.
        var from = Stopwatch.GetTimestamp();
        for (long number = 1; number <= lines; number++)
        {
            if (rate > 0)
            {
                var due = (number - 1) * 1000.0 / rate;
                while (Stopwatch.GetElapsedTime(from).TotalMilliseconds < due) Thread.Sleep(1);
            }
            else if (number % Burst == 0)
            {
                while (_published - Slowest() > Ring - Burst) Thread.Sleep(1);
            }
#pragma warning restore RS0030

            _frames[_published % Ring] = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {number}\ndata: {LineMark.Now(number)}\n\n"));
            Volatile.Write(ref _published, _published + 1);
            if (rate > 0 || number % Burst == 0 || number == lines) Interlocked.Exchange(ref _changed, New()).SetResult();
        }
    }

    private long Slowest()
    {
        lock (_gate) return _viewers.Count == 0 ? _published : _viewers.Min(static v => Volatile.Read(ref v.Cursor));
    }

    private sealed class Viewer
    {
        public long Cursor;
    }
}
