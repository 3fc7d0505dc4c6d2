using System.Collections.Concurrent;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Executions;

namespace Sightglass.Server.Overview;

/// <summary>The newest results of pipelines. They are read from the store when they are asked for, and known until an execution
/// of the pipeline ends, is opened again or is deleted.</summary>
internal sealed class PastResults : IDisposable
{
    private readonly IEventStore _store;
    private readonly TimeProvider _time;
    private readonly IDisposable _listening;
    private readonly IDisposable _listeningErased;
    private readonly ConcurrentDictionary<(string Organization, string Pipeline), Known> _known = new();

    public PastResults(IEventStore store, EventFeed feed, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _listening = feed.Listen(item => Hear(item.Summary));
        _listeningErased = feed.ListenErased(tombstone => _known.TryRemove((tombstone.Organization, tombstone.PipelineId), out _));
    }

    /// <summary>Reads a pipeline's newest results, newest first, at most <see cref="ServerLimits.RecentResults"/>.</summary>
    public async ValueTask<IReadOnlyList<PastResult>> ReadAsync(string organization, string pipeline)
    {
        var key = (organization, pipeline);

        // What is published is a hint, so nothing is known for ever.
        if (_known.TryGetValue(key, out var known) && _time.GetElapsedTime(known.Since) >= ServerLimits.ResultsKnown) _known.TryRemove(KeyValuePair.Create(key, known));
        if (_known.Count >= ServerLimits.MaxKnownResults) _known.Clear();

        // It is known before it is read: what ends meanwhile takes it away again, and whoever waits for it asked before that.
        known = _known.GetOrAdd(key, static (key, results) => new Known(results._time.GetTimestamp(), new Lazy<Task<IReadOnlyList<PastResult>>>(() => results.FetchAsync(key.Organization, key.Pipeline))), this);
        try
        {
            return await known.Results.Value.ConfigureAwait(false);
        }
        catch
        {
            _known.TryRemove(KeyValuePair.Create(key, known));
            throw;
        }
    }

    /// <summary>Writes results, and what an execution of the pipeline takes as a rule.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="results">All results that are known.</param>
    /// <param name="count">How many to write.</param>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<PastResult> results, int count)
    {
        writer.WriteStartArray("recent"u8);
        foreach (var result in results.Take(count))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, result.Id);
            writer.WriteString("status"u8, result.Status.ToWire());
            writer.WriteNumber("startTime"u8, result.Start.ToUnixTimeMilliseconds());
            writer.WriteNumber("duration"u8, result.Duration);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (Durations.Of(results) is { } durations) writer.WriteNumber("typicalDuration"u8, durations.Quantile(0.5));
        else writer.WriteNull("typicalDuration"u8);
    }

    public void Dispose()
    {
        _listening.Dispose();
        _listeningErased.Dispose();
    }

    private async Task<IReadOnlyList<PastResult>> FetchAsync(string organization, string pipeline)
    {
        var query = new ExecutionQuery { Organization = organization, PipelineId = pipeline, Statuses = Ended, Limit = ServerLimits.RecentResults };
        var page = await _store.ListAsync(query, CancellationToken.None).ConfigureAwait(false);
        return [.. page.Items.Select(item => Of(item.Summary))];
    }

    private static readonly ExecutionStatus[] Ended = [.. Enum.GetValues<ExecutionStatus>().Where(status => status.IsTerminal())];

    /// <summary>Gives the result of an ended execution.</summary>
    public static PastResult Of(ExecutionSummary row) => new(row.Id, row.Status, ListItemJson.StartOf(row), ListItemJson.DurationOf(row) ?? 0);

    private void Hear(ExecutionSummary row)
    {
        if (row.ParentId is not null || !_known.TryGetValue((row.Organization, row.PipelineId), out var known)) return;

        // One that goes on is news only where it had ended before.
        if (!row.Status.IsTerminal() && known.Results is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } read } && read.Result.All(result => result.Id != row.Id)) return;
        _known.TryRemove(KeyValuePair.Create((row.Organization, row.PipelineId), known));
    }

    /// <summary>What is known of a pipeline.</summary>
    private sealed record Known(long Since, Lazy<Task<IReadOnlyList<PastResult>>> Results);
}
