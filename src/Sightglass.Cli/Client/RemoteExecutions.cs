using System.Runtime.CompilerServices;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.Client;

/// <summary>Executions of the owner of the data folder, or of a server.</summary>
/// <param name="client">Who has them.</param>
/// <param name="types">The types of events wanted, separated by commas; empty for all.</param>
/// <param name="reconnection">How it is tried again where it goes while it is followed; not at all by default.</param>
internal sealed class RemoteExecutions(ApiClient client, string types = "", Reconnection? reconnection = null) : IExecutionSource
{
    /// <summary>All that folds into the state, and nothing that streams.</summary>
    public const string StateTypes =
        "execution.*,stage.queued,stage.waiting,stage.started,stage.expanded,stage.completed,stage.failed,stage.skipped,stage.cancelled,stage.undo.*,trigger.*,approval.*,debug.*";

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Guid id, long after, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = new LogCursor(after, hasAll: types.Length == 0);
        var hasBegun = false;
        while (true)
        {
            ServerLostException? lost = null;
            await using (var lines = ReadOnceAsync(id, cursor, follow, cancellationToken).GetAsyncEnumerator(cancellationToken))
            {
                while (true)
                {
                    try
                    {
                        if (!await lines.MoveNextAsync().ConfigureAwait(false)) break;
                    }
                    catch (ServerLostException error) when (follow && hasBegun && reconnection is { IsOn: true })
                    {
                        lost = error;
                        break;
                    }

                    hasBegun = true;
                    if (!lines.Current.IsEmpty) yield return lines.Current;
                }
            }

            if (!follow || reconnection is not { IsOn: true } || cursor.HasEnded) yield break;

            // A whole answer says that the execution has ended or is parked; what stands in between may have cut it all the same.
            if (lost is null && await FindParkedAsync(id, cancellationToken).ConfigureAwait(false) is not null) yield break;
            await reconnection.WaitAsync(lost ?? new ServerLostException($"{client.PeerName} broke off its answer."), cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<ReadOnlyMemory<byte>> ReadValueAsync(Payload payload, CancellationToken cancellationToken) =>
        PatientlyAsync<ReadOnlyMemory<byte>>(
            async () =>
            {
                using var value = new MemoryStream();
                while (true)
                {
                    var (bytes, hasMore) = await client.GetBytesAsync($"api/values/{Uri.EscapeDataString(payload.Reference!)}?offset={value.Length}", cancellationToken).ConfigureAwait(false);
                    value.Write(bytes);
                    if (!hasMore || bytes.Length == 0) return value.ToArray();
                }
            },
            cancellationToken);

    public async Task<string?> FindParkedAsync(Guid id, CancellationToken cancellationToken)
    {
        var state = await PatientlyAsync(() => client.GetAsync($"api/executions/{id}", cancellationToken), cancellationToken).ConfigureAwait(false);
        return state.TryGetProperty("parked"u8, out var parked) ? parked.GetProperty("message"u8).GetString() : null;
    }

    public Task CancelAsync(Guid id, string reason) => client.PostAsync($"api/executions/{id}/cancel", writer => writer.WriteString("reason"u8, reason));

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadOnceAsync(Guid id, LogCursor cursor, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = types.Length == 0 ? "" : "&types=" + Uri.EscapeDataString(types);
        using var response = await client.OpenStreamAsync($"api/executions/{id}/events?after={cursor.Seq}{(follow ? "&follow=true" : "")}{filter}", "application/x-ndjson", null, cancellationToken).ConfigureAwait(false);
        reconnection?.Succeed();
        yield return default;
        var silence = follow && reconnection is not null ? CliLimits.SilentStream : Timeout.InfiniteTimeSpan;
        await foreach (var lines in LineStream.ReadAsync(client, response, silence, cancellationToken).ConfigureAwait(false))
        {
            var events = Heartbeats.Cut(lines);
            if (events.IsEmpty) continue;
            if (follow) cursor.Advance(events.Span);
            yield return events;
        }
    }

    private async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            ServerLostException lost;
            try
            {
                var answer = await ask().ConfigureAwait(false);
                reconnection?.Succeed();
                return answer;
            }
            catch (ServerLostException error) when (reconnection is { IsOn: true })
            {
                lost = error;
            }

            await reconnection.WaitAsync(lost, cancellationToken).ConfigureAwait(false);
        }
    }
}
