using Sightglass.Core.Ports;
using Sightglass.Server.Access;

namespace Sightglass.Server.Streaming;

/// <summary>Whether executions may be streamed to browsers (<c>ENABLE_EXECUTION_STREAMING</c>): off, every stream of
/// server-sent events is refused and those that are open are sent away; pages poll then. What it was turned to is a record, by
/// which the next server goes.</summary>
/// <param name="given">How it has to stand at first, whatever it was turned to; by default as it was left.</param>
/// <param name="records">Where that is kept; without them it is forgotten.</param>
internal sealed class StreamingSwitch(bool? given, IRecordStore? records)
{
    /// <summary>The name by which clients know it.</summary>
    public const string Name = "ENABLE_EXECUTION_STREAMING";

    // One for the whole server, whoever turns it.
    private static readonly RecordKey Key = new(Caller.DefaultOrganization, "flags", Name);

    private volatile bool _isOn = given ?? true;

    public bool IsOn => _isOn;

    /// <summary>Takes up how it was left.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (given is not null || records is null) return;
        if (await records.GetAsync(Key, cancellationToken).ConfigureAwait(false) is { } left) _isOn = !left.Bytes.Span.SequenceEqual("false"u8);
    }

    /// <summary>Turns it.</summary>
    /// <returns>Whether that changed anything.</returns>
    /// <exception cref="StoreUnavailableException">It could not be kept, so it stands as before.</exception>
    public async Task<bool> TurnAsync(bool on, CancellationToken cancellationToken)
    {
        if (records is not null) await records.WriteAsync([new RecordWrite(Key, RecordWrite.AnyVersion, on ? "true"u8.ToArray() : "false"u8.ToArray())], cancellationToken).ConfigureAwait(false);
        var changed = _isOn != on;
        _isOn = on;
        return changed;
    }
}
