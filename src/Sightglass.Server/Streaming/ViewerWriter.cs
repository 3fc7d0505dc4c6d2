using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Streaming;

/// <summary>Writes to one viewer, who may take only so long to read it. What is buffered for a viewer is bounded by
/// <see cref="ServerLimits.ViewerBatchBytes"/>, one event, and the limits of the connection.</summary>
internal sealed class ViewerWriter(HttpContext context, ServerContext server)
{
    private readonly PipeWriter _pipe = context.Response.BodyWriter;
    private int _pending;

    /// <summary>Gets whether enough is waiting to be sent.</summary>
    public bool IsFull => _pending >= ServerLimits.ViewerBatchBytes;

    public bool IsEmpty => _pending == 0;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _pipe.Write(bytes);
        _pending += bytes.Length;
    }

    public void Write(long number)
    {
        var target = _pipe.GetSpan(20);
        number.TryFormat(target, out var length, default, System.Globalization.CultureInfo.InvariantCulture);
        _pipe.Advance(length);
        _pending += length;
    }

    /// <summary>Sends what was written.</summary>
    /// <returns>How it went; after anything but <see cref="FlushOutcome.Sent"/> only <see cref="CloseAsync"/> may be called.</returns>
    public async ValueTask<FlushOutcome> FlushAsync(CancellationToken cancellationToken)
    {
        _pending = 0;

        // A token given to the pipe would cut the connection; the limit is kept beside it, so that a last word is possible.
        var flush = _pipe.FlushAsync(CancellationToken.None);
        FlushResult result;
        if (flush.IsCompleted)
        {
            result = await flush.ConfigureAwait(false);
        }
        else
        {
            try
            {
                result = await flush.AsTask().WaitAsync(server.Options.SlowViewer, server.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return FlushOutcome.TooSlow;
            }
        }

        return result.IsCompleted || result.IsCanceled ? FlushOutcome.Gone : FlushOutcome.Sent;
    }

    /// <summary>Gives a viewer that was too slow a last word, and cuts the connection where that cannot be sent either.</summary>
    public async Task CloseAsync(ReadOnlyMemory<byte> lastWord)
    {
        Write(lastWord.Span);
        try
        {
            await _pipe.FlushAsync(CancellationToken.None).AsTask().WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            context.Abort();
        }
    }
}
