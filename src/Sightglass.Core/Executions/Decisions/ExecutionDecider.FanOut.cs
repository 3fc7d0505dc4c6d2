using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <content>One stage for many items.</content>
internal sealed partial class ExecutionDecider
{
    private void RebuildFanOut(StagePlan stage, List<StageState> queued)
    {
        var fan = new FanOut();
        ready.FanOuts[stage.Index] = fan;
        foreach (var s in state.InstancesOf(stage.Id))
        {
            IndexOpen(stage, s, queued);
            if (s.Status == StageStatus.Failed) fan.Failed++;
            if (s.Status.IsTerminal()) continue;
            fan.Unended++;
            if (s.Status != StageStatus.Pending) fan.Active++;
        }

        // Nothing is recorded of an instance that is ready, needs no slot and is held by a pause.
        if (stage.IsSlotless) QueueInstances(stage, StageOf(stage));
    }

    private void QueueInstances(StagePlan stage, StageState parent)
    {
        if (state.Cancelling || finishing || parent.Status.IsTerminal()) return;
        var fan = ready.FanOuts[stage.Index]!;
        var instances = state.InstancesOf(stage.Id);
        var limit = stage.Definition.MaxParallel ?? int.MaxValue;
        while (fan.Active < limit && fan.Next < instances.Count)
        {
            var s = instances[fan.Next++];
            if (s.Status != StageStatus.Pending) continue;
            fan.Active++;
            Queue(stage, s);
        }
    }

    private void SkipRestOf(StagePlan stage, FanOut fan)
    {
        foreach (var s in state.InstancesOf(stage.Id))
        {
            if (IsWorking(stage, s) || s.Status.IsTerminal()) continue;
            EndIdle(s, "execution_failed", null);
            fan.Unended--;
        }
    }

    /// <summary>Ends the stage when its last instance has ended.</summary>
    private void EndFanOut(StagePlan stage, StageState parent)
    {
        var fan = ready.FanOuts[stage.Index]!;
        if (fan.Unended > 0 || parent.Status.IsTerminal()) return;
        var instances = state.InstancesOf(stage.Id);
        var duration = parent.StartedAt is { } started ? (now - started).TotalMilliseconds : 0;
        var complete = instances.All(i => i.Status == StageStatus.Completed);
        var bytes = instances.Sum(i => i.Output?.Bytes ?? 0);
        if (!complete && (state.Cancelling || finishing || fan.Failed == 0))
        {
            // Not completed: a list with holes would be taken for the whole result by whoever retries.
            EmitEnd(parent, new StageCancelled { Reason = StopReason, Duration = duration });
        }
        else if (bytes > ExecutionLimits.MaxOutputBytes)
        {
            var message = string.Create(CultureInfo.InvariantCulture, $"The outputs of {instances.Count} instances are {bytes} bytes together; the most is {ExecutionLimits.MaxOutputBytes}. Let each write a file and return its path.");
            Emit(parent, new StageFailed { Error = new StageError(ErrorCodes.OutputTooLarge, message), Duration = duration });
        }
        else if (fan.Failed > 0)
        {
            var first = instances.First(i => i.Status == StageStatus.Failed);
            var message = string.Create(CultureInfo.InvariantCulture, $"{fan.Failed} of {instances.Count} instances failed; the first is {first.Key}: {first.Error?.Message}");
            Emit(parent, new StageFailed { Error = new StageError(ErrorCodes.InstancesFailed, Bounded(message)!, first.Error?.Code), Output = Collect(instances), Duration = duration });
        }
        else
        {
            Emit(parent, new StageCompleted { Output = Collect(instances), Duration = duration });
        }

        Ended(stage, parent);
    }

    private Payload Collect(IReadOnlyList<StageState> instances)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, EventJson.WriterOptions))
        {
            writer.WriteStartArray();
            foreach (var s in instances)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("output"u8);
                if (s.Output is null) writer.WriteNullValue();
                else if (s.Output.IsInline) writer.WriteRawValue(s.Output.Json.Span, skipInputValidation: true);
                else values.Get(s.Output).WriteJson(writer);
                writer.WriteString("status"u8, s.Status.ToWire());
                writer.WritePropertyName("error"u8);
                if (s.Error is null || s.Status != StageStatus.Failed) writer.WriteNullValue();
                else
                {
                    writer.WriteStartObject();
                    writer.WriteString("code"u8, s.Error.Code);
                    writer.WriteString("message"u8, s.Error.Message);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Payload.FromJson(output.WrittenMemory);
    }
}
