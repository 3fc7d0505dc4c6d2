using System.Runtime.CompilerServices;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>An answer that comes line by line.</summary>
internal static class LineStream
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Reads whole lines, as many as are there at once; one without its end, in which the answer breaks off, is left out.</summary>
    /// <param name="client">Who answers.</param>
    /// <param name="response">The answer; disposed by the caller.</param>
    /// <param name="silence">How long nothing may come before it counts as lost.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public static async IAsyncEnumerable<Memory<byte>> ReadAsync(ApiClient client, HttpResponseMessage response, TimeSpan silence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[FirstBuffer];
        var filled = 0;
        while (true)
        {
            var read = await ReadAsync(client, stream, buffer.AsMemory(filled), silence, cancellationToken).ConfigureAwait(false);
            if (read == 0) break;
            filled += read;
            var end = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end > 0)
            {
                yield return buffer.AsMemory(0, end);
                buffer.AsSpan(end, filled - end).CopyTo(buffer);
                filled -= end;
            }

            // One event is at most 64 KB, but whoever answers may be of another version.
            if (filled < buffer.Length) continue;
            if (filled >= CliLimits.MaxStreamLineBytes) throw new CommandRefusedException(ExitCodes.Unavailable, $"{client.PeerName} sent a line of more than {CliLimits.MaxStreamLineBytes} bytes; use the same version of sightglass for both.");
            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private static async ValueTask<int> ReadAsync(ApiClient client, Stream stream, Memory<byte> buffer, TimeSpan silence, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(silence);
        try
        {
            return await stream.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw client.Lost(error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServerLostException($"{client.PeerName} has sent no sign of life for {silence.TotalSeconds:0} s.");
        }
    }
}
