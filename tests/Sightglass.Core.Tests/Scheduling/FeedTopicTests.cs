using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

public sealed class FeedTopicTests
{
    [Fact]
    public async Task A_wait_that_a_publish_ends_leaves_no_timer_behind()
    {
        var time = new CountingTime();
        var topic = new FeedTopic();
        topic.TryJoin();

        var wait = topic.WaitAsync(0, TimeSpan.FromHours(1), time, TestContext.Current.CancellationToken);
        Assert.Equal(1, time.Open);
        topic.Publish([new EventBlock(1, Guid.Empty, BlockKind.Decision, 1, 1, "{}\n"u8.ToArray())], ended: false);
        await wait.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);

        await time.AllClosed.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_wait_ends_when_its_viewer_goes_away()
    {
        using var gone = new CancellationTokenSource();
        var wait = new FeedTopic().WaitAsync(0, TimeSpan.FromHours(1), TimeProvider.System, gone.Token);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    private sealed class CountingTime : TimeProvider
    {
        private int _open;

        public TaskCompletionSource AllClosed { get; } = new();

        public int Open => Volatile.Read(ref _open);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _open);
            return new Counted(this, base.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class Counted(CountingTime owner, ITimer inner) : ITimer
        {
            private int _disposed;

            public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _disposed, 1) == 0 && Interlocked.Decrement(ref owner._open) == 0) owner.AllClosed.SetResult();
                inner.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
