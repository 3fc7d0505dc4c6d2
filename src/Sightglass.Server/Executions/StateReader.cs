using System.Security.Cryptography;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Server.Executions;

/// <summary>Reads states: of live executions from their owner, of others from the log, which costs time and is remembered.</summary>
internal sealed class StateReader(PipelineEngine engine) : IDisposable
{
    // What a state looks like follows from the log and from this program.
    private static readonly string Version = typeof(StateJson).Module.ModuleVersionId.ToString("N")[..8];

    private readonly StateCache _states = new(ServerLimits.StateCacheBytes);
    private readonly SemaphoreSlim _folds = new(ServerLimits.MaxFolds);

    /// <summary>Reads the state as it stands, with the tag that changes with it.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="known">The tag that the caller has a state for already.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The state, empty where the tag still holds; <see langword="null"/> where there is no such execution.</returns>
    public async Task<(string Tag, ReadOnlyMemory<byte> Json)?> ReadAsync(Guid id, string? known, CancellationToken cancellationToken)
    {
        var page = await engine.Store.ListAsync(new ExecutionQuery { Id = id, Limit = 1 }, cancellationToken).ConfigureAwait(false);
        if (page.Items is not [var item]) return null;
        if (item.Summary.Status.IsTerminal())
        {
            var tag = TagOf(item.LastSeq);
            if (known == tag) return (tag, default);
            if (_states.Find(id, item.LastSeq) is { } json) return (tag, json);

            // It may have been opened again since.
            if (await FoldAsync(id, long.MaxValue, Written, cancellationToken).ConfigureAwait(false) is not { } folded) return null;
            if (folded.IsEnded) _states.Keep(id, folded.Seq, folded.Json);
            return (folded.IsEnded ? TagOf(folded.Seq) : TagOf(folded.Json), folded.Json);
        }

        // Its line in a group and what holds it still stand in no log: the tag is of the text.
        var live = await engine.ReadStateAsync(id, state => StateJson.Write(state, engine.GetGroupPosition(id), engine.GetParked(id))).ConfigureAwait(false);
        if (live is null) return null;
        var current = TagOf(live);
        return known == current ? (current, default) : (current, live);
    }

    /// <summary>Reads the state as it stood at an event.</summary>
    /// <returns>The state and where the log ends if that is before; <see langword="null"/> where there is no such execution.</returns>
    public async Task<(long Last, ReadOnlyMemory<byte> Json)?> ReadAtAsync(Guid id, long at, CancellationToken cancellationToken)
    {
        // Asked first: what is remembered may have been deleted since, and nothing is folded for what is not there yet.
        var page = await engine.Store.ListAsync(new ExecutionQuery { Id = id, Limit = 1 }, cancellationToken).ConfigureAwait(false);
        if (page.Items is not [var item]) return null;
        if (item.LastSeq < at) return (item.LastSeq, default);
        if (_states.Find(id, at) is { } json) return (at, json);
        if (await FoldAsync(id, at, Written, cancellationToken).ConfigureAwait(false) is not { } folded) return null;
        _states.Keep(id, at, folded.Json);
        return (folded.Seq, folded.Json);
    }

    /// <summary>Reads the tag of a state that stood at an event: it never changes.</summary>
    public static string TagOf(long seq) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{seq}-{Version}\"");

    /// <summary>Folds a log, few at a time: a long one takes a second of a core.</summary>
    public async Task<T?> FoldAsync<T>(Guid id, long at, Func<ExecutionState, T> read, CancellationToken cancellationToken)
    {
        await _folds.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await LogReader.FoldAheadAsync(engine.Store, id, at, cancellationToken).ConfigureAwait(false) is { } state ? read(state) : default;
        }
        finally
        {
            _folds.Release();
        }
    }

    /// <summary>Reads a stage with its attempts, as they stood at an event.</summary>
    public async Task<StageHistory?> ReadStageAsync(Guid id, string stage, int before, long at, CancellationToken cancellationToken)
    {
        await _folds.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await StageHistory.ReadAsync(engine.Store, id, stage, before, at, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _folds.Release();
        }
    }

    public void Dispose() => _folds.Dispose();

    private static Folded Written(ExecutionState state) => new(state.LastSeq, state.Status.IsTerminal(), StateJson.Write(state));

    private static string TagOf(ReadOnlyMemory<byte> json) => $"\"{Convert.ToHexStringLower(SHA256.HashData(json.Span))[..20]}\"";

    private sealed record Folded(long Seq, bool IsEnded, ReadOnlyMemory<byte> Json);
}
