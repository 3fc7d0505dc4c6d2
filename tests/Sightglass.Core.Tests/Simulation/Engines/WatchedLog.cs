using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>Reads what reaches the disk of one execution, as it does, and refuses what must not be there.</summary>
internal sealed class WatchedLog(Guid id, PipelineDefinition definition)
{
    private readonly Dictionary<(string Stage, int Number, bool IsUndo), Attempt> _attempts = [];
    private readonly Dictionary<(string Stage, int Number, bool IsUndo), Said> _said = [];
    private readonly HashSet<(string Stage, int Number, bool IsUndo)> _started = [];
    private DateTimeOffset _lastTime;

    public Guid Id => id;

    public LogModel Model { get; } = new(definition);

    public PipelineDefinition Definition => definition;

    public Guid? Parent { get; private set; }

    /// <summary>Gets whether it holds a slot of its concurrency group.</summary>
    public bool HoldsSlot => definition.Concurrency is not null && Model is { AwaitsGroup: false, Terminal: false };

    public long Last { get; private set; }

    /// <summary>Gets how often something went wrong with it that was not its own doing.</summary>
    public int Faults { get; set; }

    public int Cancellations { get; private set; }

    /// <summary>Gets the child of each attempt that has one.</summary>
    public Dictionary<string, Guid> Children { get; } = new(StringComparer.Ordinal);

    public bool HasStarted(Attempt attempt) => _started.Contains(Key(attempt));

    /// <summary>Remembers a run; the same attempt may be run once.</summary>
    public bool TryAdd(Attempt attempt) => _attempts.TryAdd(Key(attempt), attempt);

    public long BytesOf(Attempt attempt) => _said.TryGetValue(Key(attempt), out var said) ? said.Bytes : 0;

    public void Take(IReadOnlyList<AppendBlock> blocks)
    {
        foreach (var block in blocks)
        {
            var from = Last;
            foreach (var e in EventJson.ReadBlock(block.Bytes))
            {
                Require(e.ExecutionId == id, "an event of another execution");
                Require(e.Seq == Last + 1, $"seq {e.Seq} follows {Last}");
                Require(e.Time >= _lastTime, "time runs backwards");
                Require(block.Kind == BlockKind.Decision == e.Data.IsDecision, $"{e.Type} stands in a block of the other kind");
                (Last, _lastTime) = (e.Seq, e.Time);
                TakeOne(e);
            }

            Require(Last - from == block.Count, "the block counts otherwise");
        }

        Model.CheckStanding();
    }

    private void TakeOne(ExecutionEvent e)
    {
        if (e.Data is ExecutionCreated created) Parent = created.Parent?.ExecutionId;
        if (e.Data is ExecutionCancelling) Cancellations++;
        var isUndo = e.Stage is not null && Model[e.Stage].Undo == "running";
        var isOpen = e.Stage is not null && e.Attempt > 0 && (isUndo || Model[e.Stage].OpenAttempt == e.Attempt);
        if (e.Data is { IsDecision: false }) Require(isOpen, $"{e.Type} of attempt {e.Attempt} of {e.Stage}, which is not open");
        switch (e.Data)
        {
            case StageOutputWritten text: Say(e, text, isUndo); break;
            case StageStarted x:
                _started.Add((e.Stage!, e.Attempt, false));
                if (x.Child is { } child) Children[e.Stage!] = child;
                break;
            case StageUndoStarted: _started.Add((e.Stage!, e.Attempt, true)); break;
            case StageCompleted when isOpen: CheckOutput(e, isUndo: false, error: null, mustHaveReturned: true); break;
            case StageFailed x when isOpen: CheckOutput(e, isUndo: false, x.Error?.Code, mustHaveReturned: false); break;
            case StageCancelled x when isOpen: CheckOutput(e, isUndo: false, x.Reason, mustHaveReturned: false); break;
            case StageUndoCompleted: CheckOutput(e, isUndo: true, error: null, mustHaveReturned: true); break;
            case StageUndoFailed x: CheckOutput(e, isUndo: true, x.Error?.Code, mustHaveReturned: false); break;
        }

        Model.Take(e, null);
    }

    private void Say(ExecutionEvent e, StageOutputWritten text, bool isUndo)
    {
        var key = (e.Stage!, e.Attempt, isUndo);
        if (!_said.TryGetValue(key, out var said)) _said[key] = said = new Said();
        Require(text.Offset == said.Bytes, $"output of {e.Stage} at {text.Offset}, and {said.Bytes} bytes stand before it");
        said.Bytes += Encoding.UTF8.GetByteCount(text.Text);
        (text.Stream == "error" ? said.Error : said.Output).Append(text.Text);
    }

    /// <summary>A result covers all that its attempt wrote. What was declared lost keeps what was said by then, in order.</summary>
    private void CheckOutput(ExecutionEvent e, bool isUndo, string? error, bool mustHaveReturned)
    {
        var key = (e.Stage!, e.Attempt, isUndo);
        if (!_attempts.TryGetValue(key, out var attempt))
        {
            Require(!mustHaveReturned || definition.Stages.First(s => s.Id == e.Stage!.Split('[')[0]).Type is "wait" or "pipeline", $"{e.Type} of attempt {e.Attempt} of {e.Stage}, which nobody ran");
            return;
        }

        var said = _said.GetValueOrDefault(key) ?? Said.Nothing;
        var lost = error is ErrorCodes.WorkerDied or ErrorCodes.WorkerCrashed or "unreachable" or "execution_failed";
        Require(attempt.HasReturned || lost, $"{e.Type} of {attempt}, which runs");
        Compare(said.Output, attempt.Output, lost);
        Compare(said.Error, attempt.Error, lost);

        void Compare(StringBuilder log, string written, bool partly)
        {
            var text = log.ToString();
            Require(partly ? written.StartsWith(text, StringComparison.Ordinal) : text == written, $"{attempt} wrote {written.Length} characters, the log has {text.Length}{(written.StartsWith(text, StringComparison.Ordinal) ? "" : ", and others")}");
        }
    }

    private static (string Stage, int Number, bool IsUndo) Key(Attempt attempt) => (attempt.Stage, attempt.Number, attempt.IsUndo);

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new BrokenRuleException(message);
    }

    private sealed class Said
    {
        public static Said Nothing { get; } = new();

        public StringBuilder Output { get; } = new();

        public StringBuilder Error { get; } = new();

        public long Bytes { get; set; }
    }
}
