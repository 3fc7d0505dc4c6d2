using System.Collections.Immutable;
using Sightglass.Core.Executions;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>What a run's stages have reported, by stage of the plan: lines, messages between agents, memory, shared state. The
/// fold of the events; bounded: of lines the oldest go. Not safe for concurrent use.</summary>
internal sealed class RunReports
{
    private readonly StageLines _lines = new();
    private readonly Dictionary<string, StepReports> _steps = new(StringComparer.Ordinal);
    private readonly ExecutionState _state = new();
    private ImmutableSortedDictionary<string, Payload> _shared = ImmutableSortedDictionary.Create<string, Payload>(StringComparer.Ordinal);
    private long _facts;
    private int _charsAStep = ContractLimits.MaxStepChars;

    /// <summary>Gets the state, by the same events.</summary>
    public ExecutionState State => _state;

    /// <summary>Gets roughly how much memory it holds, in bytes.</summary>
    public long Weight { get; private set; } = 1024;

    /// <summary>Gets what a step has reported; nothing where it has reported nothing.</summary>
    public StepReports? Find(string step) => _steps.GetValueOrDefault(step);

    public void Apply(ExecutionEvent e)
    {
        _state.Apply(e);
        if (e.Data is ExecutionCreated) SetBounds();
        if (e.Stage is not { } key || _state.Find(key) is not { } stage) return;
        foreach (var line in _lines.Read(e))
        {
            var added = StepOf(stage.Id).Add(key, line.Text, _charsAStep);
            Weight += added * sizeof(char);
        }

        switch (e.Data)
        {
            case StageStarted { PersonalityHash: { } hash }:
                StepOf(stage.Id).PersonalityHash = hash;
                break;
            case AgentMessageSent message when HasRoom(message.Payload):
                StepOf(stage.Id).Messages.Add((key, e.Time, message));
                StepOf(stage.Id).Shared = _shared;
                break;
            case AgentMemoryUsed memory when HasRoom(memory.Content):
                StepOf(stage.Id).Traces.Add((key, e.Seq, e.Time, memory));
                break;
            case AgentStateChanged change when change.After is null || HasRoom(change.After):
                _shared = change.After is null ? _shared.Remove(change.Key) : _shared.SetItem(change.Key, change.After);
                StepOf(stage.Id).Shared = _shared;
                break;
        }
    }

    /// <summary>Gives a large plan's stages, which stand outside the event.</summary>
    public void ApplyPlan(ReadOnlySpan<byte> plan)
    {
        _state.ApplyPlan(plan);
        SetBounds();
    }

    // All steps together keep within the bound of the run, however many there are.
    private void SetBounds() => _charsAStep = Math.Min(ContractLimits.MaxStepChars, ContractLimits.MaxRunChars / Math.Max(1, _state.Stages.Count));

    private bool HasRoom(Payload payload)
    {
        if (_facts >= ContractLimits.MaxRunFacts) return false;
        _facts++;
        Weight += 200 + payload.Json.Length;
        return true;
    }

    private StepReports StepOf(string id)
    {
        if (!_steps.TryGetValue(id, out var step)) _steps[id] = step = new StepReports();
        return step;
    }
}
