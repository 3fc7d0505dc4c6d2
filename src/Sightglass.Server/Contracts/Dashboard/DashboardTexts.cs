using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Server.Contracts.Dashboard;

/// <summary>What the stages of one execution have printed, as far as one subscription needs it; the rest is read from the log.
/// Not safe for concurrent use.</summary>
internal sealed class DashboardTexts(IEventStore store, Guid id)
{
    private readonly Dictionary<string, (int Attempt, TextEnd Text)> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _begun = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _waiting = new();
    private readonly HashSet<string> _isWaiting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dropped = new(StringComparer.Ordinal);
    private long _held;

    /// <summary>Gets whether somebody's text has grown since it was told.</summary>
    public bool HasNews => _waiting.Count > 0;

    /// <summary>An attempt begins: it has printed nothing.</summary>
    public void Begin(string stage, int attempt)
    {
        Forget(stage);
        _begun[stage] = attempt;
    }

    /// <summary>Adds what an attempt printed.</summary>
    public async ValueTask AddAsync(ExecutionEvent e, StageOutputWritten piece, CancellationToken cancellationToken)
    {
        var stage = e.Stage!;
        if (!_texts.TryGetValue(stage, out var known) || known.Attempt != e.Attempt)
        {
            var text = piece.Offset == 0 ? new TextEnd() : await LoadAsync(stage, e.Attempt, e.Seq - 1, cancellationToken).ConfigureAwait(false) ?? new TextEnd();
            if (known.Text is not null) _held -= known.Text.Held;
            _texts[stage] = known = (e.Attempt, text);
            _held += text.Held;
        }

        var before = known.Text.Held;
        known.Text.Add(piece.Text);
        _held += known.Text.Held - before;
        if (_isWaiting.Add(stage)) _waiting.AddLast(stage);
        DropSome(stage);
    }

    /// <summary>Takes the text that has waited longest.</summary>
    public async ValueTask<(string Stage, TextEnd Text)?> TakeNewsAsync(ExecutionState state, CancellationToken cancellationToken)
    {
        while (_waiting.First is { } first)
        {
            var stage = first.Value;
            _waiting.RemoveFirst();
            _isWaiting.Remove(stage);
            var attempt = state.Find(stage)?.Attempt ?? 0;
            if (await TextOfAsync(stage, attempt, state.LastSeq, cancellationToken).ConfigureAwait(false) is { } text) return (stage, text);
        }

        return null;
    }

    /// <summary>Takes the whole text of an attempt that has ended; nothing where it printed nothing.</summary>
    public async ValueTask<TextEnd?> EndAsync(string stage, int attempt, long last, CancellationToken cancellationToken)
    {
        // Somebody who saw it begin has seen all that it printed.
        var isKnown = _texts.TryGetValue(stage, out var known) && known.Attempt == attempt;
        var text = isKnown ? known.Text
            : _begun.TryGetValue(stage, out var begun) && begun == attempt && !_isWaiting.Contains(stage) && !_dropped.Contains(stage) ? null
            : await LoadAsync(stage, attempt, last, cancellationToken).ConfigureAwait(false);
        Forget(stage);
        return text;
    }

    private void Forget(string stage)
    {
        if (_texts.Remove(stage, out var known)) _held -= known.Text.Held;
        _begun.Remove(stage);
        _dropped.Remove(stage);
        if (_isWaiting.Remove(stage)) _waiting.Remove(stage);
    }

    private async ValueTask<TextEnd?> TextOfAsync(string stage, int attempt, long last, CancellationToken cancellationToken) =>
        _texts.TryGetValue(stage, out var known) && known.Attempt == attempt ? known.Text : await LoadAsync(stage, attempt, last, cancellationToken).ConfigureAwait(false);

    private async Task<TextEnd?> LoadAsync(string stage, int attempt, long upTo, CancellationToken cancellationToken)
    {
        var bytes = 0;
        var wanted = new Dictionary<string, int>(StringComparer.Ordinal) { [stage] = attempt };
        var found = await OutputTails.ReadAsync(store, id, upTo, wanted, (_, piece) => (bytes += piece.Text.Length) >= ContractLimits.DashboardTextBytes, cancellationToken).ConfigureAwait(false);
        if (!found.TryGetValue(stage, out var pieces)) return null;
        var text = new TextEnd();
        foreach (var piece in pieces) text.Add(piece.Text);
        return text;
    }

    private void DropSome(string butNot)
    {
        if (_held <= ContractLimits.DashboardKeptBytes) return;
        foreach (var (stage, (_, text)) in _texts.ToArray())
        {
            if (stage == butNot) continue;
            _texts.Remove(stage);
            _dropped.Add(stage);
            _held -= text.Held;
            if (_held <= ContractLimits.DashboardKeptBytes / 2) return;
        }
    }
}
