using System.Globalization;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Tests.Simulation;

namespace Sightglass.Cli.Tests.Kills;

/// <summary>Holds the log of an ended execution against the rules that simulation checks, and against its promises of time.</summary>
internal sealed class LogCheck
{
    private static readonly string[] s_failures = [ErrorCodes.WorkerCrashed, ErrorCodes.ApprovalRejected, ErrorCodes.InstancesFailed, "killed_by_signal", "exit_code"];

    private readonly IReadOnlyList<ExecutionEvent> _events;

    private LogCheck(IReadOnlyList<ExecutionEvent> events) => _events = events;

    public int Losses => _events.Count(e => e.Data is StageFailed { Lost: true } or StageFailed { Error.Code: ErrorCodes.WorkerCrashed });

    public int Crashes => _events.Count(e => e.Data is StageFailed { Error.Code: ErrorCodes.WorkerCrashed });

    /// <summary>Gets how many deadlines stood while the server died and were kept.</summary>
    public int TimersKept { get; private set; }

    /// <summary>Checks a log.</summary>
    /// <param name="yaml">The pipeline.</param>
    /// <param name="lines">Its events as they are stored.</param>
    /// <param name="deaths">When the server was killed.</param>
    /// <exception cref="InvalidDataException">Something is not as it should be.</exception>
    public static LogCheck Of(string yaml, IReadOnlyList<string> lines, IReadOnlyList<DateTimeOffset> deaths)
    {
        var check = new LogCheck([.. lines.Select(l => EventJson.Read(Encoding.UTF8.GetBytes(l)))]);
        check.Order();
        check.Rules(DefinitionReader.Read(Encoding.UTF8.GetBytes(yaml), "pipeline.yaml").Definition!);
        check.Output();
        check.Losing();
        check.End();
        check.Timers(deaths);
        return check;
    }

    private void Order()
    {
        for (var i = 0; i < _events.Count; i++)
        {
            Require(_events[i].Seq == i + 1, $"event {_events[i].Seq} stands at {i + 1}");
            Require(i == 0 || _events[i].Time >= _events[i - 1].Time, $"time runs backwards at {i + 1}");
        }
    }

    private void Rules(PipelineDefinition definition)
    {
        // What an attempt is started with is no matter of the log.
        var starts = _events.Where(e => e.Data is StageStarted { Worker: not null }).Select(e => new StartAttempt(null!, e.Stage!, e.Attempt, e.Iteration, null!, IsUndo: false));
        new LogModel(definition).Take(_events, [.. starts]);
    }

    // The bytes of an attempt's output stand one after the other, and all of them before its result.
    private void Output()
    {
        var next = new Dictionary<(string, int), long>();
        var done = new HashSet<(string, int)>();
        foreach (var e in _events.Where(e => e.Stage is not null))
        {
            var key = (e.Stage!, e.Attempt);
            if (e.Data is StageOutputWritten output)
            {
                Require(!done.Contains(key), $"output of {key} after its result");
                Require(output.Offset == next.GetValueOrDefault(key), $"output of {key} stands at {output.Offset}, expected {next.GetValueOrDefault(key)}");
                next[key] = output.Offset + Encoding.UTF8.GetByteCount(output.Text);
            }
            else if (e.Data is StageCompleted or StageFailed && e.Attempt > 0)
            {
                Require(done.Add(key), $"{key} has two results");
            }
        }
    }

    // The third death in a row fails the stage, and nothing before it does.
    private void Losing()
    {
        foreach (var stage in _events.Where(e => e.Data is StageFailed or StageCompleted && e.Attempt > 0).GroupBy(e => e.Stage))
        {
            var deaths = 0;
            foreach (var e in stage)
            {
                if (e.Data is not StageFailed failed)
                {
                    deaths = 0;
                    continue;
                }

                if (failed.Lost)
                {
                    // Beside a stage that has failed nothing is tried again.
                    var goesOn = !_events.Any(f => f.Seq < e.Seq && f.Data is StageFailed { WillRetry: false });
                    Require(failed.Error?.Code == ErrorCodes.WorkerDied && failed.WillRetry == goesOn && ++deaths <= 2, $"{e.Stage} is lost for the {deaths}. time: {failed}");
                    continue;
                }

                Require(failed.Error?.Code != ErrorCodes.WorkerCrashed || deaths == 2, $"{e.Stage} crashed after {deaths} deaths");
                deaths = 0;
            }
        }
    }

    private void End()
    {
        var end = _events[^1].Data;
        var failures = _events.Where(e => e.Data is StageFailed { WillRetry: false }).ToList();
        if (end is ExecutionFailed)
        {
            Require(failures.Count > 0, "it failed, and no stage did");
            var other = failures.Select(e => (StageFailed)e.Data).FirstOrDefault(f => !f.Lost && !s_failures.Contains(f.Error!.Code));
            Require(other is null, $"it failed for another reason: {other}");
        }
        else
        {
            Require(end is ExecutionCompleted && failures.Count == 0, $"it ends with {_events[^1].Type}");
        }
    }

    private void Timers(IReadOnlyList<DateTimeOffset> deaths)
    {
        foreach (var waiting in _events.Where(e => e.Data is StageWaiting { For: "timer" }).GroupBy(e => e.Stage))
        {
            var until = ((StageWaiting)waiting.Single().Data).Until!.Value;
            var ended = _events.Single(e => e.Stage == waiting.Key && e.Data is StageCompleted);
            Require(ended.Time >= until, $"{waiting.Key} waited until {ended.Time}, and should have until {until}");
            if (deaths.Any(d => d > waiting.Single().Time && d < ended.Time)) TimersKept++;
        }

        foreach (var asked in _events.Where(e => e.Data is ApprovalRequested))
        {
            var deadline = ((ApprovalRequested)asked.Data).Deadline!.Value;
            var answer = _events.Single(e => e.Data is ApprovalGranted or ApprovalRejected);
            Require(answer.Data is ApprovalGranted ? answer.Time <= deadline : answer.Time >= deadline, $"asked until {deadline}, {answer.Type} at {answer.Time}");
            if (deaths.Any(d => d > asked.Time && d < answer.Time)) TimersKept++;
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{message}"));
    }
}
