using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>A pipeline in front of the decider, in the words of a test: start, complete, fail, advance.</summary>
internal sealed class DeciderRun
{
    private static readonly WorkerIdentity Worker = new("w/1", "w", 1);

    private readonly DeciderLog _log;
    private readonly Dictionary<string, StartAttempt> _open = new(StringComparer.Ordinal);

    private DeciderRun(PipelineDefinition definition, string input, ParentLink? parent, IReadOnlyList<string>? breakpoints)
    {
        _log = new DeciderLog(definition, Encoding.UTF8.GetBytes(input), Now, parent, breakpoints: breakpoints);
        Take(_log.Created);
    }

    public DateTimeOffset Now { get; private set; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public ExecutionState State => _log.State;

    public DeciderLog Log => _log;

    /// <summary>Gets the effects of the last command.</summary>
    public IReadOnlyList<Effect> Effects { get; private set; } = [];

    /// <summary>Gets the answer to the last command.</summary>
    public CommandAnswer Answer { get; private set; } = CommandAnswer.Done;

    /// <summary>Gets the events of the last command: <c>stage.completed a</c>.</summary>
    public IReadOnlyList<string> Last { get; private set; } = [];

    public string Status => State.Status.ToWire();

    public static DeciderRun Of(string yaml, string input = "{}", ParentLink? parent = null, IReadOnlyList<string>? breakpoints = null)
    {
        var read = DefinitionReader.Read(Encoding.UTF8.GetBytes("id: p\n" + yaml), "test.yaml");
        Assert.True(read.IsValid, string.Join('\n', read.Problems));
        return new DeciderRun(read.Definition!, input, parent, breakpoints);
    }

    public static DeciderRun Of(PipelineDefinition definition) => new(DefinitionJson.Read(DefinitionJson.Write(definition)), "{}", null, null);

    public string StatusOf(string key) => Stage(key).Status.ToWire();

    public string? ReasonOf(string key) => Stage(key).Reason ?? Stage(key).Error?.Code;

    public StageState Stage(string key) => State.Find(key) ?? throw new InvalidOperationException($"No stage '{key}'.");

    public T Data<T>(string? stage = null) where T : EventData => All<T>(stage)[^1];

    public IReadOnlyList<T> All<T>(string? stage = null) where T : EventData =>
        [.. _log.Events.Where(e => stage is null || e.Stage == stage).Select(e => e.Data).OfType<T>()];

    public DeciderRun Do(ExecutionCommand command)
    {
        Take(_log.Decide(command));
        return this;
    }

    /// <summary>Hands out until nothing is ready.</summary>
    public DeciderRun HandOut()
    {
        var all = new List<string>();
        while (_log.Decider.TopLane is not null)
        {
            Do(new HandOut(Now, Worker));
            all.AddRange(Last);
        }

        Last = all;
        return this;
    }

    public DeciderRun HandOutOne() => Do(new HandOut(Now, Worker));

    public IEnumerable<string> Open => _open.Keys.Order(StringComparer.Ordinal);

    public DeciderRun Complete(string key, string output = "null") => End(key, StageResult.Completed(Encoding.UTF8.GetBytes(output)));

    public DeciderRun Fail(string key, string code = "boom", double jitter = 0) => End(key, StageResult.Failed(code, "It failed."), jitter: jitter);

    public DeciderRun Stopped(string key) => End(key, StageResult.Cancelled());

    public DeciderRun Die(string key) => End(key, StageResult.Failed(ErrorCodes.WorkerDied, "The worker died."), lost: true);

    public DeciderRun EndUndo(string key, bool completed = true)
    {
        if (!_open.Remove(key, out var start) || !start.IsUndo) throw new InvalidOperationException($"No undo of '{key}' runs.");
        return Do(new FinishUndo(Now, key, start.Attempt, completed ? StageResult.Completed() : StageResult.Failed("boom", "It failed."), 1));
    }

    public DeciderRun Child(string key, ExecutionStatus status, string output = "null") =>
        Do(new FinishChild(Now, key, Stage(key).Attempt, status, Payload.FromJson(Encoding.UTF8.GetBytes(output)), null, 0));

    public DeciderRun Grant(string key, string? by = "ann") => Do(new AnswerApproval(Now, key, true, by, null));

    public DeciderRun Reject(string key, string? by = "ann") => Do(new AnswerApproval(Now, key, false, by, null));

    public DeciderRun Event(string type, string json = "{}") => Do(new DeliverEvent(Now, type, Payload.FromJson(Encoding.UTF8.GetBytes(json))));

    public DeciderRun Pause() => Do(new Pause(Now, "ann", null));

    public DeciderRun Resume() => Do(new Resume(Now, "ann"));

    public DeciderRun Cancel() => Do(new Cancel(Now, "ann", null, TimeSpan.FromSeconds(5)));

    public DeciderRun Break(string stage) => Do(new SetBreakpoint(Now, stage, "ann"));

    public DeciderRun Clear(string stage) => Do(new ClearBreakpoint(Now, stage, "ann"));

    public DeciderRun Step() => Do(new Step(Now, "ann"));

    public DeciderRun Retry() => Do(new Retry(Now, "ann"));

    /// <summary>Lets time pass, waking the decider whenever it asked for it.</summary>
    public DeciderRun Advance(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        var all = new List<string>();
        for (var wakes = 0; _log.Decider.NextDue is { } due && due <= end; wakes++)
        {
            Assert.True(wakes < 1000, "The decider wants to be woken without end.");
            Now = due > Now ? due : Now;
            Do(new TimerDue(Now, 0));
            all.AddRange(Last);
        }

        Now = end;
        Last = all;
        return this;
    }

    /// <summary>A new owner takes over. Attempts stay open: their workers still run.</summary>
    public DeciderRun Rebuild()
    {
        _log.Rebuild();
        return this;
    }

    /// <summary>Hands out and completes until nothing is ready or open.</summary>
    public DeciderRun RunAll(string output = "null")
    {
        while (HandOut()._open.Count > 0)
        {
            foreach (var key in Open.ToList())
            {
                if (_open[key].IsUndo) EndUndo(key);
                else Complete(key, output);
            }
        }

        return this;
    }

    public DeciderRun Is(string status, params (string Key, string Status)[] stages)
    {
        Assert.Equal(string.Join('\n', stages.Select(s => $"{s.Key}: {s.Status}")), string.Join('\n', stages.Select(s => $"{s.Key}: {StatusOf(s.Key)}")));
        Assert.Equal(status, Status);
        return this;
    }

    private DeciderRun End(string key, StageResult result, bool lost = false, double jitter = 0)
    {
        if (!_open.Remove(key, out var start)) throw new InvalidOperationException($"No attempt of '{key}' is open; open are: {string.Join(", ", Open)}.");
        return Do(new FinishAttempt(Now, key, start.Attempt, result, 1, jitter, lost));
    }

    private void Take(Decision decision)
    {
        foreach (var start in decision.Effects.OfType<StartAttempt>()) _open[start.Stage] = start;
        Effects = decision.Effects;
        Answer = decision.Answer;
        Last = [.. decision.Events.Select(e => e.Stage is null ? e.Type : $"{e.Type} {e.Stage}")];
    }
}
