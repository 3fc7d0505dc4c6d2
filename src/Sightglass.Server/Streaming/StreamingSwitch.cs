namespace Sightglass.Server.Streaming;

/// <summary>Whether executions may be streamed to browsers (<c>ENABLE_EXECUTION_STREAMING</c>): off, every stream of
/// server-sent events is refused and those that are open are sent away; pages poll then.</summary>
/// <param name="isOn">How it stands at first.</param>
internal sealed class StreamingSwitch(bool isOn)
{
    /// <summary>The name by which clients know it.</summary>
    public const string Name = "ENABLE_EXECUTION_STREAMING";

    private volatile bool _isOn = isOn;

    public bool IsOn => _isOn;

    /// <summary>Turns it.</summary>
    /// <returns>Whether that changed anything.</returns>
    public bool Turn(bool on)
    {
        var changed = _isOn != on;
        _isOn = on;
        return changed;
    }
}
