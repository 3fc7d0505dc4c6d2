using System.Buffers;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Executions.Plans;
using Xunit.Sdk;

namespace Sightglass.Core.Tests.Executions;

/// <summary>
/// A decider with the log that its owner would keep: every decision is encoded, read back and folded once more, and the
/// two folds must agree. What is rebuilt is rebuilt from those bytes alone.
/// </summary>
internal sealed class DeciderLog
{
    private static readonly Dictionary<string, string> Environment = new() { ["REGION"] = "eu" };

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _stored = new(StringComparer.Ordinal);
    private readonly List<byte[]> _lines = [];
    private readonly ReadOnlyMemory<byte> _planJson;
    private readonly ExecutionState _shadow = new();

    public DeciderLog(PipelineDefinition definition, ReadOnlyMemory<byte> input, DateTimeOffset time, ParentLink? parent = null, PipelineDefinition? decidedBy = null, IReadOnlyList<string>? breakpoints = null)
    {
        Plan = PlanCompiler.Compile(decidedBy ?? definition);
        _planJson = PlanJson.Write(Plan);
        Decider = new ExecutionDecider(Plan, new ExecutionState(), new LoadedValues(), Environment);
        var created = new ExecutionCreated { PipelineId = definition.Id, Name = definition.DisplayName, Input = Payload.FromJson(input), Plan = Payload.FromJson(_planJson), Parent = parent, Breakpoints = breakpoints };
        Created = Decider.Create(new Guid("0197a0c2-0000-7000-8000-000000000001"), time, created, _planJson.Span);
        Keep(Created);
    }

    public PipelinePlan Plan { get; }

    public ExecutionDecider Decider { get; private set; }

    public Decision Created { get; }

    public ExecutionState State => Decider.State;

    /// <summary>Gets the events as a reader of the log gets them.</summary>
    public List<ExecutionEvent> Events { get; } = [];

    public IReadOnlyList<byte[]> Lines => _lines;

    /// <summary>Gets how often a decision ended because a stored value was not at hand.</summary>
    public int Loads { get; private set; }

    public Decision Decide(ExecutionCommand command, Func<Decision, Decision>? tamper = null)
    {
        var decision = Load(command);
        if (tamper is not null) decision = tamper(decision);
        Keep(decision);
        return decision;
    }

    /// <summary>Throws everything in memory away and starts from the log, as a new owner does.</summary>
    public void Rebuild() => Decider = FromLog(new LoadedValues());

    /// <summary>Lets a decider that is made from the log answer the same commands, and gives its events.</summary>
    public List<byte[]> DecideApart(params IReadOnlyList<ExecutionCommand> commands)
    {
        var values = new LoadedValues();
        while (true)
        {
            try
            {
                // None of it is committed, so a missing value means to begin again.
                var apart = FromLog(values);
                return [.. commands.SelectMany(c => apart.Decide(c).Events).Select(Encode)];
            }
            catch (ValueNeededException needed)
            {
                values.Add(needed.Reference, Stored(needed.Reference));
            }
        }
    }

    public static byte[] Encode(ExecutionEvent e)
    {
        var output = new ArrayBufferWriter<byte>(256);
        EventJson.WriteLine(output, e);
        return output.WrittenSpan.ToArray();
    }

    public ExecutionState Fold()
    {
        var state = new ExecutionState();
        foreach (var line in _lines) Apply(state, EventJson.Read(line));
        return state;
    }

    private Decision Load(ExecutionCommand command)
    {
        for (var loads = 0; loads < 1000; loads++)
        {
            try
            {
                return Decider.Decide(command);
            }
            catch (ValueNeededException needed)
            {
                Loads++;
                var values = Decider.Values;
                values.Add(needed.Reference, Stored(needed.Reference));
                Decider = FromLog(values);
            }
        }

        throw new XunitException("The decision asks for values without end.");
    }

    private ExecutionDecider FromLog(LoadedValues values)
    {
        while (true)
        {
            try
            {
                return new ExecutionDecider(Plan, Fold(), values, Environment);
            }
            catch (ValueNeededException needed)
            {
                Loads++;
                values.Add(needed.Reference, Stored(needed.Reference));
            }
        }
    }

    private ReadOnlyMemory<byte> Stored(string reference) =>
        _stored.TryGetValue(reference, out var json) ? json : throw new XunitException($"The decider asks for '{reference}', which was never stored.");

    private void Keep(Decision decision)
    {
        foreach (var value in decision.Values) _stored[value.Reference] = value.Bytes;
        foreach (var e in decision.Events)
        {
            var line = Encode(e);
            if (line.Length > EventJson.MaxEventBytes + 1) throw new XunitException($"{e.Type} takes {line.Length} bytes.");
            var read = EventJson.Read(line);
            if (read.Seq != _lines.Count + 1) throw new XunitException($"seq {read.Seq} follows {_lines.Count}.");
            if (Events.Count > 0 && read.Time < Events[^1].Time) throw new XunitException("Time runs backwards.");
            _lines.Add(line);
            Events.Add(read);
            Apply(_shadow, read);
        }

        if (decision.Events.Count == 0) return;
        if (!StateJson.Write(_shadow).AsSpan().SequenceEqual(StateJson.Write(State)))
            throw new XunitException("The fold of the log is not the live state:\n" + System.Text.Encoding.UTF8.GetString(StateJson.Write(_shadow)) + "\n" + System.Text.Encoding.UTF8.GetString(StateJson.Write(State)));
    }

    private void Apply(ExecutionState state, ExecutionEvent e)
    {
        state.Apply(e);
        if (e.Data is ExecutionCreated { Plan.IsInline: false }) state.ApplyPlan(_planJson.Span);
    }
}
