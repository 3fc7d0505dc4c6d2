using Sightglass.Core.Ports;
using Sightglass.Tests;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>A store whose appends fail for a while: half of them before they were applied, half after, as a commit whose
/// answer is lost. With <c>readsFail</c> the read after a failed append fails as well, and not as the port says.</summary>
internal sealed class FailingStore(IEventStore inner, int failures, bool readsFail = false, bool creations = false) : PassingStore(inner)
{
    private int _appends;
    private bool _failRead;

    public int Failures { get; private set; } = failures;

    public override async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        if ((append.ExpectedLast == 0 && !creations) || Failures == 0) return await base.AppendAsync(append, cancellationToken);
        Failures--;
        _failRead = readsFail;
        if (_appends++ % 2 == 1) await base.AppendAsync(append, cancellationToken);
        throw new StoreUnavailableException("disk_full", "The disk is full.");
    }

    public override ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default)
    {
        if (!_failRead) return base.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);
        _failRead = false;
        throw new IOException("The disk is gone.");
    }
}

/// <summary>The real clock with timers that fire a hundred times sooner.</summary>
internal sealed class HurriedTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period);
}
