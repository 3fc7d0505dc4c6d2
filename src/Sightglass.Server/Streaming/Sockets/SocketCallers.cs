using Sightglass.Server.Access;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>How many sockets each caller has open.</summary>
internal sealed class SocketCallers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Organization, string By), int> _open = [];

    /// <summary>Counts one more, where the caller may have it.</summary>
    public bool TryEnter(Caller caller)
    {
        lock (_gate)
        {
            var key = (caller.Organization, caller.By);
            var count = _open.GetValueOrDefault(key);
            if (count >= StreamLimits.MaxSockets) return false;
            _open[key] = count + 1;
            return true;
        }
    }

    public void Leave(Caller caller)
    {
        lock (_gate)
        {
            var key = (caller.Organization, caller.By);
            if (_open[key] == 1) _open.Remove(key);
            else _open[key]--;
        }
    }
}
