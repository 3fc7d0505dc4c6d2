using System.Globalization;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Stages;
using Sightglass.Core.Tests.Executions;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>
/// Everything around one decider: workers, people, other systems, a clock, and owners that die. Time is virtual and every
/// choice comes from the seed.
/// </summary>
internal sealed class World
{
    private const int MaxSteps = 20_000;

    private static readonly WorkerIdentity Worker = new("w/1", "w", 1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Random _random;
    private readonly Mutant _mutant;
    private readonly PipelineDefinition _pipeline;
    private readonly DeciderLog _log;
    private readonly LogModel _model;
    private readonly int _slots;
    private readonly Dictionary<(string Stage, bool IsUndo), Run> _running = [];
    private readonly Dictionary<(string Stage, int Attempt), Run> _children = [];
    private readonly List<Run> _over = [];
    private DateTimeOffset _now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private DateTimeOffset? _cancelledBy;

    private World(int seed, Mutant mutant)
    {
        _random = new Random(seed);
        _mutant = mutant;
        _pipeline = PipelineGenerator.Make(_random);
        _slots = 1 + _random.Next(6);
        _model = new LogModel(_pipeline);
        PipelineDefinition? decidedBy = null;
        if (mutant.Definition is { } change)
        {
            decidedBy = DefinitionJson.Read(DefinitionJson.Write(_pipeline));
            foreach (var stage in decidedBy.Stages) change(stage);
        }

        _log = new DeciderLog(_pipeline, "{}"u8.ToArray(), _now, decidedBy: decidedBy, breakpoints: _random.Next(4) == 0 ? [_pipeline.Stages[0].Id, _pipeline.Stages[^1].Id] : null);
        See(_log.Created);
    }

    private enum Fate
    {
        Answers,
        Vanishes,
    }

    /// <summary>Gets how many stages the pipeline of a seed has.</summary>
    public static int SizeOf(int seed) => PipelineGenerator.Make(new Random(seed)).Stages.Count;

    /// <summary>Lives one execution to its end.</summary>
    /// <exception cref="BrokenRuleException">A rule was broken; the message tells the story.</exception>
    public static void Live(int seed, Mutant mutant)
    {
        World? world = null;
        try
        {
            world = new World(seed, mutant);
            world.Live();
        }
        catch (Exception e)
        {
            throw new BrokenRuleException($"seed {seed.ToString(CultureInfo.InvariantCulture)}: {e.Message}\n{world?.Tell()}{(e is BrokenRuleException ? "" : e.StackTrace)}");
        }
    }

    private void Live()
    {
        for (var turn = 1; ; turn++)
        {
            for (var steps = _random.Next(10, 150); steps > 0 && !_model.Terminal; steps--) Stir();
            SettleDown();
            CheckAfterEnd();
            if (turn == 4 || _log.State.Status == ExecutionStatus.Completed || _random.NextDouble() < 0.4) return;
            Do(new Retry(_now, "ann"));
        }
    }

    private string SomeStage => _pipeline.Stages[_random.Next(_pipeline.Stages.Count)].Id;

    /// <summary>Something happens.</summary>
    private void Stir()
    {
        var what = _random.Next(100);
        if (what < 30) HandOut();
        else if (what < 60) EndSomething(fair: false);
        else if (what < 72) Wake();
        else if (what < 75) _now += TimeSpan.FromMilliseconds(_random.Next(20_000));
        else if (what < 80) Emit();
        else if (what < 85) AnswerSomething(_random.NextDouble() < 0.7);
        else if (what < 88) SendAgain();
        else if (what < 91) Do(_random.Next(3) > 0 ? new Pause(_now, "ann", null) : _random.Next(2) == 0 ? new SetBreakpoint(_now, SomeStage, "ann") : new ClearBreakpoint(_now, SomeStage, "ann"));
        else if (what < 95) Do(_random.Next(3) == 0 ? new Step(_now, "ann") : new Resume(_now, "ann"));
        else if (what < 96 && _random.Next(2) == 0) Cancel();
        else if (what < 98) TakeOver();
        else CompareWithOneFromTheLog();
    }

    /// <summary>From here on everyone does what is asked of them, so that the execution has to end.</summary>
    private void SettleDown()
    {
        for (var step = 0; !_model.Terminal; step++)
        {
            if (step > MaxSteps) throw new BrokenRuleException("it goes on without end");

            // It may stop again at once, before another stage.
            var before = _log.Lines.Count;
            if (_model.Paused && Do(new Resume(_now, "ann")) && _log.Lines.Count != before) continue;
            if (HandOut() || EndSomething(fair: true)) continue;
            if (_log.Decider.NextDue is { } due && due <= _now + TimeSpan.FromHours(1) && WakeAt(due)) continue;
            if (AnswerSomething(true) || Emit(ok: true)) continue;
            throw new BrokenRuleException("nothing moves, and it has not ended");
        }
    }

    private void CheckAfterEnd()
    {
        foreach (var run in _over.TakeLast(5)) if (!run.IsChild) Refuse(run);
        if (_running.Count > 0 && _cancelledBy is null) throw new BrokenRuleException("it has ended, and attempts run");
        foreach (var run in _running.Values.Concat(_children.Values)) Refuse(run);
        _over.AddRange(_running.Values);
        _running.Clear();
        _children.Clear();
        _cancelledBy = null;
    }

    private bool HandOut()
    {
        if (_running.Count >= _slots || _log.Decider.TopLane is null) return false;
        var before = _log.Lines.Count;
        Do(new HandOut(_now, Worker));
        if (_log.Lines.Count == before) throw new BrokenRuleException("something is ready, and nothing is handed out");
        return true;
    }

    private bool EndSomething(bool fair)
    {
        var runs = _running.Values.Concat(_children.Values).Where(r => !fair || r.Fate == Fate.Answers).ToList();
        if (runs.Count == 0) return false;
        var run = runs[_random.Next(runs.Count)];
        if (run.Fate == Fate.Vanishes) return false;
        if (run.IsChild) _children.Remove((run.Stage, run.Attempt));
        else _running.Remove((run.Stage, run.IsUndo));
        _over.Add(run);
        Do(run.Answer(_now, Result(run, fair), _random.NextDouble()), mustAccept: true);
        return true;
    }

    private StageResult Result(Run run, bool fair)
    {
        var what = _random.Next(100);
        if (run.Stopped && what < 70) return StageResult.Cancelled();
        if (!fair && what is > 70 and < 75) return StageResult.Cancelled();
        if (!fair && what is >= 75 and < 82) return StageResult.Failed(ErrorCodes.WorkerDied, "The worker died.");
        if (what > (fair ? 90 : 82)) return StageResult.Failed("boom", "It failed.");
        return StageResult.Completed(Encoding.UTF8.GetBytes(Output(run)));
    }

    private string Output(Run run)
    {
        var stage = _pipeline.Stages.First(s => s.Id == run.Stage.Split('[')[0]);
        if (stage.Type == "branch" && !run.IsUndo)
        {
            var taken = (stage.When == "true") ? stage.Then : stage.Else;
            return taken is null ? """{"taken":null}""" : $$"""{"taken":"{{taken}}"}""";
        }

        return _random.Next(12) switch
        {
            0 => "[1,2,3]",
            1 => "true",
            2 when _random.Next(4) == 0 => "\"" + new string('x', 50_000) + "\"",
            3 => """{"ref":"sha256:0","bytes":1,"preview":"looks like a stored value"}""",
            _ => _random.Next(3).ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A result that came already, comes too late, or belongs to nothing.</summary>
    private void SendAgain()
    {
        if (_over.Count > 0) Refuse(_over[_random.Next(_over.Count)]);
        if (_running.Count == 0) return;
        var run = _running.Values.First();
        Refuse(run with { Attempt = run.Attempt + 1 });
    }

    private void Refuse(Run run)
    {
        var before = _log.Lines.Count;
        Do(run.Answer(_now, StageResult.Completed("1"u8.ToArray()), 0));
        if (_log.Lines.Count != before) throw new BrokenRuleException($"a result of attempt {run.Attempt} of {run.Stage} counts, which is not open");
    }

    private void Wake()
    {
        if (_log.Decider.NextDue is { } due && _random.Next(3) > 0) WakeAt(due);
        else Do(new TimerDue(_now, _random.NextDouble()));
    }

    private bool WakeAt(DateTimeOffset due)
    {
        var before = _log.Lines.Count;
        var from = _now;
        if (due > _now) _now = due;
        Do(new TimerDue(_now, _random.NextDouble()));
        return _log.Lines.Count != before || _now != from || _log.Decider.NextDue != due;
    }

    private bool Emit(bool? ok = null)
    {
        var moved = false;
        foreach (var type in ok is null ? [PipelineGenerator.EventTypes[_random.Next(2)]] : PipelineGenerator.EventTypes)
        {
            var json = $$"""{"ok":{{((ok ?? _random.Next(2) == 0) ? "true" : "false")}}}""";
            moved |= Do(new DeliverEvent(_now, type, Payload.FromJson(Encoding.UTF8.GetBytes(json))));
        }

        return moved;
    }

    private bool AnswerSomething(bool grant)
    {
        var open = _pipeline.Stages.SelectMany(s => _log.State.InstancesOf(s.Id).Append(_log.State.Find(s.Id)!)).Where(s => s.OpenApprovals().Any()).ToList();
        if (open.Count == 0)
        {
            Do(new AnswerApproval(_now, _pipeline.Stages[_random.Next(_pipeline.Stages.Count)].Id, grant, "ann", null));
            return false;
        }

        return Do(new AnswerApproval(_now, open[_random.Next(open.Count)].Key, grant, "ann", null), mustAccept: true);
    }

    private void Cancel()
    {
        if (_model.Cancelling) return;
        _cancelledBy = _now + Grace + TimeSpan.FromSeconds(10);
        foreach (var key in _running.Keys.ToList()) if (_random.Next(4) == 0) _running[key] = _running[key] with { Fate = Fate.Vanishes };
        Do(new Cancel(_now, "ann", null, Grace));
    }

    /// <summary>The owner dies with its workers, and another takes the execution up as an engine does.</summary>
    private void TakeOver()
    {
        _log.Rebuild();
        var open = _log.Decider.OpenAttempts().ToHashSet();
        if (!open.SetEquals(_running.Values.Select(r => (r.Stage, r.Attempt, r.IsUndo)))) throw new BrokenRuleException("the open attempts of the log are not those that run");
        var children = _log.Decider.OpenChildren();
        if (!children.Select(c => (c.Stage, c.Attempt, (Guid?)c.Child)).ToHashSet().SetEquals(_children.Values.Select(c => (c.Stage, c.Attempt, c.Child)))) throw new BrokenRuleException("the open children of the log are not those that run");
        _over.AddRange(_running.Values);
        foreach (var (stage, attempt, isUndo) in open)
        {
            _running.Remove((stage, isUndo));
            var died = StageResult.Failed(ErrorCodes.WorkerDied, "The worker's process died while the attempt ran.");
            Do(new Run(stage, attempt, isUndo).Answer(_now, died, _random.NextDouble()), mustAccept: true);
        }

        Do(new TimerDue(_now, 0.5));
    }

    /// <summary>A decider made from the log decides as the one that has lived through it.</summary>
    private void CompareWithOneFromTheLog()
    {
        ExecutionCommand next = _random.Next(7) switch
        {
            0 => new Resume(_now, "ann"),
            5 => new Step(_now, "ann"),
            1 => new DeliverEvent(_now, PipelineGenerator.EventTypes[0], Payload.FromJson("""{"ok":true}"""u8.ToArray())),
            2 => new TimerDue(_log.Decider.NextDue is { } due && due > _now ? due : _now, 0.25),
            3 when _running.Count > 0 => _running.Values.First().Answer(_now, StageResult.Failed("boom", "It failed."), 0.5),
            4 when _running.Count > 0 => _running.Values.First().Answer(_now, StageResult.Completed(Encoding.UTF8.GetBytes(Output(_running.Values.First()))), 0.5),
            _ => new HandOut(_now, Worker),
        };
        if (next is HandOut && _running.Count >= _slots) return;
        _now = next.Now;
        var apart = _log.DecideApart(new TimerDue(_now, 0.25), next);
        var from = _log.Lines.Count;
        Do(new TimerDue(_now, 0.25));
        if (next is FinishAttempt or FinishUndo) _running.Remove(_running.Keys.First());
        Do(next);
        if (_mutant == Mutant.None && !apart.Select(Encoding.UTF8.GetString).SequenceEqual(_log.Lines.Skip(from).Select(Encoding.UTF8.GetString)))
            throw new BrokenRuleException("a decider made from the log decides otherwise:\n" + string.Concat(apart.Select(Encoding.UTF8.GetString)) + "and not\n" + string.Concat(_log.Lines.Skip(from).Select(Encoding.UTF8.GetString)));
    }

    private bool Do(ExecutionCommand command, bool mustAccept = false)
    {
        if (_mutant.Command(command) is not { } told) return false;
        var decision = _log.Decide(told, _mutant.Decision);
        See(decision);
        if (mustAccept && !decision.Answer.Accepted) throw new BrokenRuleException($"{command.GetType().Name} is refused: {decision.Answer.Message}");
        return decision.Answer.Accepted;
    }

    private void See(Decision decision)
    {
        _model.Take(decision.Events, decision.Effects);
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case StartAttempt a: _running.Add((a.Stage, a.IsUndo), new Run(a.Stage, a.Attempt, a.IsUndo)); break;
                case StopAttempt a: Stop(_running, (a.Stage, false)); Stop(_running, (a.Stage, true)); break;
                case StartChild c: _children.Add((c.Stage, c.Attempt), new Run(c.Stage, c.Attempt, false) { Child = c.Child }); break;
                case CancelChild c:
                    foreach (var key in _children.Where(r => r.Value.Child == c.Child).Select(r => r.Key).ToList()) Stop(_children, key);
                    break;
            }
        }

        // A child that its parent has timed out is cancelled, and tells a parent that no longer waits for it.
        foreach (var key in _children.Keys.Where(k => _model[k.Stage].OpenAttempt != k.Attempt).ToList())
        {
            if (_children.Remove(key, out var child) && !child.Stopped && !_model.Terminal) throw new BrokenRuleException($"the child of {key.Stage} is left behind");
        }

        CheckStanding();
    }

    private void CheckStanding()
    {
        var state = _log.State;
        var counts = state.CountStages();
        if (counts.Total != _pipeline.Stages.Count || counts.Completed + counts.Failed + counts.Running + counts.Pending + counts.Skipped != counts.Total)
            throw new BrokenRuleException("the counts do not add up");
        if (state.Status.IsTerminal() != _model.Terminal) throw new BrokenRuleException("the state has ended and the log has not, or the other way");
        if (_model.Terminal) return;
        if (_model.NextDue(_now) is { } due && !(_log.Decider.NextDue <= due)) throw new BrokenRuleException($"{due:O} is due, and it asks to be woken at {_log.Decider.NextDue:O}");
        if (_cancelledBy < _now - TimeSpan.FromMinutes(5)) throw new BrokenRuleException("it was cancelled long ago");
        if (_running.Count > 0 || _children.Count > 0 || _model.Paused || _log.Decider.NextDue is not null || _log.Decider.TopLane is not null) return;
        if (!_model.AwaitsOutside) throw new BrokenRuleException("it waits for nothing and has not ended");
    }

    private static void Stop<T>(Dictionary<T, Run> runs, T key) where T : notnull
    {
        if (runs.TryGetValue(key, out var run)) runs[key] = run with { Stopped = true };
    }

    private string Tell() =>
        Encoding.UTF8.GetString(DefinitionJson.Write(_pipeline)) + "\n" + string.Concat(_log.Lines.TakeLast(60).Select(Encoding.UTF8.GetString));

    private sealed record Run(string Stage, int Attempt, bool IsUndo)
    {
        public Guid? Child { get; init; }

        public bool IsChild => Child is not null;

        public bool Stopped { get; init; }

        public Fate Fate { get; init; }

        public ExecutionCommand Answer(DateTimeOffset now, StageResult result, double jitter)
        {
            if (IsUndo) return new FinishUndo(now, Stage, Attempt, result, 1);
            if (!IsChild) return new FinishAttempt(now, Stage, Attempt, result, 1, jitter, result.Error?.Code == ErrorCodes.WorkerDied);
            var status = result.Outcome switch
            {
                StageOutcome.Completed => ExecutionStatus.Completed,
                StageOutcome.Cancelled => ExecutionStatus.Cancelled,
                _ => ExecutionStatus.Failed,
            };
            return new FinishChild(now, Stage, Attempt, status, Payload.FromJson(result.Output), result.Error, jitter);
        }
    }
}
