using System.Buffers;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Stages;

namespace Sightglass.Load.Scale;

/// <summary>One execution driven through the rules alone: 16 slots, each attempt completes at once.</summary>
internal sealed class DeciderDrive(PipelineDefinition definition)
{
    private const int Slots = 16;

    private static readonly WorkerIdentity Worker = new("bench/1", "bench", 1);
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly PipelinePlan _plan = PlanCompiler.Compile(definition);

    /// <summary>Runs it to its end.</summary>
    /// <param name="see">Is shown every decision.</param>
    /// <returns>How many events there were.</returns>
    public long Run(Action<Decision>? see = null)
    {
        var state = new ExecutionState();
        var decider = new ExecutionDecider(_plan, state, new LoadedValues(), new Dictionary<string, string>());
        var created = new ExecutionCreated { PipelineId = definition.Id, Name = definition.DisplayName, Plan = _plan.Graph };
        var open = new Queue<StartAttempt>();
        Take(decider.Create(Guid.CreateVersion7(Start), Start, created, _plan.Graph.Json.Span));
        while (!state.Status.IsTerminal())
        {
            // What the owner asks for after each turn.
            _ = decider.NextDue;
            _ = state.CountStages();
            if (open.Count < Slots && decider.TopLane is not null)
            {
                Take(decider.Decide(new HandOut(Start, Worker)));
                continue;
            }

            var next = open.Dequeue();
            Take(decider.Decide(new FinishAttempt(Start, next.Stage, next.Attempt, StageResult.Completed(), 0.1, 0.5)));
        }

        return state.LastSeq;

        void Take(Decision decision)
        {
            foreach (var effect in decision.Effects)
            {
                if (effect is StartAttempt start) open.Enqueue(start);
            }

            see?.Invoke(decision);
        }
    }

    /// <summary>Runs it to its end and gives its log as an owner would have written it, block by block, and the stored values.</summary>
    public (List<ReadOnlyMemory<byte>> Blocks, Dictionary<string, ReadOnlyMemory<byte>> Values, long Events) Record()
    {
        var blocks = new List<ReadOnlyMemory<byte>>();
        var values = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var buffer = new ArrayBufferWriter<byte>(1 << 20);
        var events = Run(decision =>
        {
            foreach (var value in decision.Values) values[value.Reference] = value.Bytes;
            foreach (var e in decision.Events) EventJson.WriteLine(buffer, e);
            if (buffer.WrittenCount < 128 * 1024) return;
            blocks.Add(buffer.WrittenSpan.ToArray());
            buffer.ResetWrittenCount();
        });
        blocks.Add(buffer.WrittenSpan.ToArray());
        return (blocks, values, events);
    }
}
