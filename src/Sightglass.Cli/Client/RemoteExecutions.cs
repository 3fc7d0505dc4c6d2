using System.Runtime.CompilerServices;
using Sightglass.Cli.Commands;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.Client;

/// <summary>Executions of the owner of the data folder.</summary>
/// <param name="client">The owner.</param>
/// <param name="types">The types of events wanted, separated by commas; empty for all.</param>
internal sealed class RemoteExecutions(OwnerClient client, string types = "") : IExecutionSource
{
    /// <summary>All that folds into the state, and nothing that streams.</summary>
    public const string StateTypes =
        "execution.*,stage.queued,stage.waiting,stage.started,stage.expanded,stage.completed,stage.failed,stage.skipped,stage.cancelled,stage.undo.*,trigger.*,approval.*,debug.*";

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Guid id, long after, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = types.Length == 0 ? "" : "&types=" + Uri.EscapeDataString(types);
        using var response = await client.OpenStreamAsync($"api/executions/{id}/events?after={after}{(follow ? "&follow=true" : "")}{filter}", cancellationToken).ConfigureAwait(false);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (true)
        {
            var read = await ReadAsync(stream, buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0) break;
            filled += read;
            var end = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end > 0)
            {
                var lines = Heartbeats.Cut(buffer.AsMemory(0, end));
                if (!lines.IsEmpty) yield return lines;
                buffer.AsSpan(end, filled - end).CopyTo(buffer);
                filled -= end;
            }

            // One event is at most 64 KB, but whoever answers may be of another version.
            if (filled < buffer.Length) continue;
            if (filled >= CliLimits.MaxStreamLineBytes) throw new CommandRefusedException(ExitCodes.Unavailable, $"The process that owns the data folder sent a line of more than {CliLimits.MaxStreamLineBytes} bytes; use the same version of sightglass for both.");
            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    public async Task<ReadOnlyMemory<byte>> ReadValueAsync(Payload payload, CancellationToken cancellationToken)
    {
        using var value = new MemoryStream();
        while (true)
        {
            var (bytes, hasMore) = await client.GetBytesAsync($"api/values/{Uri.EscapeDataString(payload.Reference!)}?offset={value.Length}", cancellationToken).ConfigureAwait(false);
            value.Write(bytes);
            if (!hasMore || bytes.Length == 0) return value.ToArray();
        }
    }

    public async Task<string?> FindParkedAsync(Guid id, CancellationToken cancellationToken)
    {
        var state = await client.GetAsync($"api/executions/{id}", cancellationToken).ConfigureAwait(false);
        return state.TryGetProperty("parked"u8, out var parked) ? parked.GetProperty("message"u8).GetString() : null;
    }

    public Task CancelAsync(Guid id, string reason) => client.PostAsync($"api/executions/{id}/cancel", writer => writer.WriteString("reason"u8, reason));

    private static async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, "The process that owned the data folder ended while this command read from it; try again.", error);
        }
    }
}
