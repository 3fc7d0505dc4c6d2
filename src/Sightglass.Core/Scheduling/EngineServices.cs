using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <content>The engine as its actors see it.</content>
public sealed partial class PipelineEngine
{
    private sealed class EngineServices : ActorServices, IDisposable
    {
        private readonly PipelineEngine _engine;
        private readonly StageWorker _worker;
        private readonly DueTimes _dueTimes;
        private readonly Lock _random = new();

        public EngineServices(PipelineEngine engine)
        {
            _engine = engine;
            var options = engine._options;
            _worker = new StageWorker(options.StageTypes.ToDictionary(t => t.Name, StringComparer.Ordinal), engine.FindSecret, options.Time, options.Grace, options.Output);
            _dueTimes = new DueTimes(options.Time, actor => actor.Tell(now => new TimerDue(now, Jitter())));
        }

        public IReadOnlyList<WorkInHand> ListRunning() => _worker.List();

        public override bool Stopping => _engine._stopping;

        public override CancellationToken Abandoned => _engine._abandoned.Token;

        public override string? LeftBehind(Guid execution, string stage, int attempt)
        {
            if (_engine._options.Orphans.FirstOrDefault(o => o.ExecutionId == execution && o.Stage == stage && o.Attempt == attempt) is not { } orphans) return null;
            var ended = orphans.Ended.Count > 0 ? $"Processes that it left running were ended: {string.Join(", ", orphans.Ended)}." : "";
            var surviving = orphans.Surviving.Count > 0 ? $"These did not end when killed: {string.Join(", ", orphans.Surviving)}." : "";
            return $"{ended} {surviving}".Trim();
        }

        public override double Jitter()
        {
            lock (_random) return _engine._options.Random.NextDouble();
        }

        public override void Run(ExecutionActor actor, RunningAttempt attempt) =>
            Parts.Queue(static s => s.actor.Host(s.attempt), (actor, attempt));

        public override void RunHere(ExecutionActor actor, RunningAttempt attempt) => _ = _worker.RunAsync(actor, attempt);

        public override void StartChild(ExecutionActor parent, StartChild child) => _engine.Insist(child.Child, () => _engine.StartChildAsync(parent, child));

        public override void StopChild(ExecutionActor parent, StartChild child) => _engine.Insist(child.Child, () => _engine.StopChildAsync(parent, child));

        public override void CancelChild(CancelChild child) => _engine.Insist(child.Child, () => _engine.CancelAsync(child.Child, child.By, child.Reason));

        public override void Schedule(ExecutionActor actor, DateTimeOffset? due) => _dueTimes.Schedule(actor, due);

        public override void ExecutionEnded(ExecutionActor actor, ExecutionState state) => _engine.OnEnded(actor, state);

        public override void Reopened(ExecutionActor actor) => _engine._actors.TryAdd(actor.Id, Registered(actor));

        public override void Lost(ExecutionActor actor)
        {
            _engine.Forget(actor);
            EngineLog.Lost(_engine._options.Logger, actor.Id);
        }

        public override async Task<ExecutionDecider> ReloadAsync(ExecutionActor actor, string reference)
        {
            var values = actor.Values;
            values.Add(reference, await LogReader.ReadValueAsync(Store, reference).ConfigureAwait(false));
            return (await _engine.LoadAsync(actor.Id, values).ConfigureAwait(false)).Decider;
        }

        public override void Parked(Guid id, Exception e) => EngineLog.Parked(_engine._options.Logger, id, e);

        public override void StoreFailed(Guid id, Exception e)
        {
            EngineLog.StoreFailed(_engine._options.Logger, id, e);
            _engine._health.Failed(e);
        }

        public override void StoreCommitted() => _engine._health.Committed();

        public override bool Holds(ExecutionActor actor) => _engine._health.Holds(actor);

        public void Dispose()
        {
            _dueTimes.Dispose();
            _engine._health.Dispose();
        }
    }
}
