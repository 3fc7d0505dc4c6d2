using Sightglass.Cli.Client;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Tail;

/// <summary>Reads the logs of many executions at the same time, a bounded number: where more wait, one that is quiet gives its
/// place up and comes again with its cursor.</summary>
internal sealed class TailReaders : IAsyncDisposable
{
    // Ten seconds of them.
    private const int ChildTries = 40;

    // Of so many places one goes to whoever waits for its turn.
    private const int UrgentShare = 4;

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly ApiClient _client;
    private readonly RemoteExecutions _source;
    private readonly TailFilter _filter;
    private readonly TailOutput _output;
    private readonly KnownExecutions _known;
    private readonly TimeProvider _time;
    private readonly int _places;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly LinkedList<TailedExecution> _urgent = [];
    private readonly LinkedList<TailedExecution> _waiting = [];
    private readonly HashSet<TailedExecution> _reading = [];
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _turns;
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;
    private bool _isHeld;

    /// <summary>Makes them.</summary>
    /// <param name="client">Whose executions they are.</param>
    /// <param name="filter">What is shown.</param>
    /// <param name="output">Where it is shown.</param>
    /// <param name="known">Told of each that has been read to its end, or is not there any more, and of each that another has started.</param>
    /// <param name="time">The clock.</param>
    /// <param name="places">How many are read at the same time.</param>
    public TailReaders(ApiClient client, TailFilter filter, TailOutput output, KnownExecutions known, TimeProvider time, int places = CliLimits.TailPlaces)
    {
        (_client, _filter, _output, _known, _time, _places) = (client, filter, output, known, time, places);
        _source = new RemoteExecutions(client);
        _turns = time.CreateTimer(static readers => ((TailReaders)readers!).Turn(), this, CliLimits.TailTurn, CliLimits.TailTurn);
    }

    private int Waiting => _urgent.Count + _waiting.Count;

    /// <summary>Gets what ends with the first failure that no later try would mend.</summary>
    public Task<Exception> Failed => _failed.Task;

    /// <summary>Reads what there is of an execution, now or when there is a place, and follows it to its end.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="seq">How far its log is said to be; one of which news is known goes first.</param>
    public void Read(TailedExecution execution, long seq)
    {
        lock (_gate)
        {
            if (execution.Turn is not null) execution.NewsSeq = Math.Max(execution.NewsSeq, seq);
            else Enqueue(execution, isUrgent: seq > execution.Seq);
        }
    }

    /// <summary>Holds all back while the server is away, or lets them go on.</summary>
    public void Hold(bool isHeld)
    {
        lock (_gate)
        {
            _isHeld = isHeld;
            Start();
        }
    }

    /// <summary>Waits until nothing is read any more.</summary>
    public Task WaitUntilIdleAsync()
    {
        lock (_gate) return _reading.Count + Waiting == 0 ? Task.CompletedTask : _idle.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _turns.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _urgent.Clear();
            _waiting.Clear();
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await WaitUntilIdleAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Enqueue(TailedExecution execution, bool isUrgent)
    {
        // One that waits already moves up where something new is known of it.
        if (execution.Stand.List is { } line)
        {
            if (!isUrgent || line == _urgent) return;
            line.Remove(execution.Stand);
        }

        (isUrgent ? _urgent : _waiting).AddLast(execution.Stand);
        Start();
    }

    /// <summary>Takes the next in line: one with news, and now and then one that only takes its turn.</summary>
    private TailedExecution? Next()
    {
        var line = _urgent.Count == 0 || (_waiting.Count > 0 && ++_taken % UrgentShare == 0) ? _waiting : _urgent;
        if (line.First is not { } next) return null;
        line.Remove(next);
        return next.Value;
    }

    private void Start()
    {
        while (!_isHeld && !_stopping.IsCancellationRequested && _reading.Count < _places && Next() is { } next)
        {
            next.NewsSeq = 0;
            next.ReadAt = _time.GetTimestamp();
            next.Turn = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            _reading.Add(next);
            _ = Task.Run(() => RunAsync(next));
        }

        if (_reading.Count + Waiting > 0) return;
        _idle.TrySetResult();
        _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Takes places away from those that are quiet, as many as others wait for.</summary>
    private void Turn()
    {
        lock (_gate)
        {
            var quiet = _reading.Where(r => _time.GetElapsedTime(r.ReadAt) >= CliLimits.TailTurn).OrderBy(r => r.ReadAt).Take(Waiting).ToList();
            foreach (var execution in quiet) execution.Turn!.Cancel();
        }
    }

    private async Task RunAsync(TailedExecution execution)
    {
        var comesAgain = true;
        var hasEnded = false;
        try
        {
            await ReadAsync(execution, execution.Turn!.Token).ConfigureAwait(false);

            // A whole answer is one that ended, or that a defect has parked: of that one the overview tells when it goes on.
            hasEnded = execution.HasEnded;
            comesAgain = !hasEnded && await _source.FindParkedAsync(execution.Id, execution.Turn.Token).ConfigureAwait(false) is null;
        }
        catch (OperationCanceledException)
        {
            // Another's turn.
        }
        catch (ServerLostException)
        {
            // The overview notices as well where the server is away, and holds all back.
            await Task.Delay(RetryPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (CommandRefusedException refused) when (refused.ExitCode is ExitCodes.NotFound)
        {
            // A child is named by its parent before it is there; anything else was deleted.
            comesAgain = execution.Seq == 0 && execution.Misses++ < ChildTries;
            hasEnded = !comesAgain;
            if (comesAgain) await Task.Delay(RetryPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception error)
        {
            comesAgain = false;
            _failed.TrySetResult(error);
        }

        lock (_gate)
        {
            _reading.Remove(execution);
            execution.Turn!.Dispose();
            execution.Turn = null;
            hasEnded &= execution.NewsSeq <= execution.Seq;
            if ((comesAgain || execution.NewsSeq > execution.Seq) && !_stopping.IsCancellationRequested) Enqueue(execution, execution.NewsSeq > execution.Seq);
        }

        if (hasEnded) _known.End(execution);
        lock (_gate) Start();
    }

    private async Task ReadAsync(TailedExecution execution, CancellationToken cancellationToken)
    {
        var filter = _filter.Types.Length == 0 ? "" : "&types=" + Uri.EscapeDataString(_filter.Types);
        using var response = await _client.OpenStreamAsync($"api/executions/{execution.Id}/events?after={execution.Seq}&follow=true{filter}", "application/x-ndjson", null, cancellationToken).ConfigureAwait(false);
        await foreach (var lines in LineStream.ReadAsync(_client, response, CliLimits.SilentStream, cancellationToken).ConfigureAwait(false))
        {
            var events = Heartbeats.Cut(lines);
            if (events.IsEmpty) continue;
            execution.ReadAt = _time.GetTimestamp();
            foreach (var child in _output.Show(execution, events)) ReadChild(child);
        }
    }

    private void ReadChild(Guid id)
    {
        var child = new TailedExecution(id, "", "queued", 0, DateTimeOffset.MinValue);
        if (_known.Add(child)) Read(child, long.MaxValue);
    }
}
