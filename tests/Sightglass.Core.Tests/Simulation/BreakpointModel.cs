using Sightglass.Core.Executions;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>What a reader of the log knows of breakpoints: where it has to stop, and what may start after a stop.</summary>
internal sealed class BreakpointModel
{
    private readonly HashSet<string> _set = new(StringComparer.Ordinal);
    private string? _released;
    private bool _stepping;

    /// <summary>Whether a stage that was let go has yet to start: nothing starts before it.</summary>
    public bool IsLettingGo => _released is not null;

    public void Create(ExecutionCreated created) => _set.UnionWith(created.Breakpoints ?? []);

    public void Reopen() => (_released, _stepping) = (null, false);

    public void Change(ExecutionEvent e)
    {
        if (!(e.Data is BreakpointSet ? _set.Add(e.Stage!) : _set.Remove(e.Stage!))) throw new BrokenRuleException($"{e.Type} of {e.Stage} changes nothing");
    }

    /// <summary>Tells whether it may stop before a stage.</summary>
    public bool Stop(DebugPaused data, string id)
    {
        var isAsked = _released is null && (data.Reason == "step" ? _stepping : _set.Contains(id));
        _stepping = false;
        return isAsked;
    }

    public void GoOn(DebugResumed data, string key) => (_stepping, _released) = (data.Mode == "step", data.Mode == "ended" ? null : key);

    /// <summary>Tells whether a stage may start.</summary>
    public bool Passes(string key, string id)
    {
        var passes = key == _released || (_released is null && !_stepping && !_set.Contains(id));
        _released = null;
        return passes;
    }

    public void End(string key)
    {
        if (_released == key) _released = null;
    }
}
