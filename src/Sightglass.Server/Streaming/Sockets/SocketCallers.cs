using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>How many sockets each caller has open.</summary>
internal sealed class SocketCallers
{
    /// <summary>Gets the refusal of one more.</summary>
    public static ApiProblem TooMany { get; } = new ApiProblem(429, "too_many_sockets", $"{StreamLimits.MaxSockets} WebSockets of this caller are open; close one, or follow several executions over one.");

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
