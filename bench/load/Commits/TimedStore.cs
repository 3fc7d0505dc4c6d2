using System.Collections.Concurrent;
using System.Diagnostics;
using Sightglass.Core.Ports;
using Sightglass.Tests;

namespace Sightglass.Load.Commits;

/// <summary>A store that notes how long each append took, as its owner saw it.</summary>
internal sealed class TimedStore(IEventStore inner) : PassingStore(inner)
{
    public ConcurrentQueue<double> Milliseconds { get; } = new();

    public override async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        var from = Stopwatch.GetTimestamp();
        var outcome = await base.AppendAsync(append, cancellationToken);
        Milliseconds.Enqueue(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        return outcome;
    }
}
