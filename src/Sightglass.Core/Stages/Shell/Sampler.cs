namespace Sightglass.Core.Stages.Shell;

/// <summary>Looks at a tree now and then for what it uses: soon after the start, then ever more seldom.</summary>
internal sealed class Sampler : IDisposable
{
    private readonly ProcessTree _tree;
    private readonly TimeSpan _longest;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private TimeSpan _next;
    private bool _ended;

    public Sampler(ProcessTree tree, TimeProvider time, TimeSpan first, TimeSpan longest)
    {
        (_tree, _next, _longest) = (tree, first, longest);
        _timer = time.CreateTimer(static state => ((Sampler)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(first, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _timer.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _tree.Count(fresh: false);
            _next = TimeSpan.FromTicks(Math.Min(_longest.Ticks, _next.Ticks * 2));
            _timer.Change(_next, Timeout.InfiniteTimeSpan);
        }
    }
}
