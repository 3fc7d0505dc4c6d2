using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <content>What must hold whenever nothing moves, and when all is over.</content>
internal sealed partial class EngineWorld
{
    // Timers are set to whole milliseconds.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(2);

    /// <summary>Holds the state that an owner has against the fold of what is on the disk.</summary>
    public void Compare(Guid id, long seq, byte[] live)
    {
        var last = Log(id)?.Last ?? 0;
        if (seq > last) Break($"the state stands at {seq}, the log at {last}");
        if (seq != last) return;
        var folded = StateJson.Write(LogReader.FoldAsync(Disk, id).Result!);
        if (!live.AsSpan().SequenceEqual(folded)) Break($"the fold of the log is not the live state:\n{Encoding.UTF8.GetString(folded)}\n{Encoding.UTF8.GetString(live)}");
    }

    /// <summary>Nothing is ready to go on: whoever has not ended must be able to say what it waits for.</summary>
    private void CheckStandstill()
    {
        if (!IsCalm) return;
        var life = Newest;
        foreach (var log in _logs.Values)
        {
            var model = log.Model;
            if (model.Terminal) continue;
            if (model is { AwaitsGroup: true, Paused: false, Cancelling: false })
            {
                if (GroupWorld.HasToWait(log, _logs.Values)) continue;
                throw new BrokenRuleException($"{log.Id} waits for a slot of its group, and one is free");
            }

            if (!_jumped && model.Overdue(Picker.UtcNow - Late) is { } overdue) throw new BrokenRuleException(overdue);
            if (model.Paused || model.AwaitsOutside || model.NextDue(DateTimeOffset.MinValue) is not null) continue;
            if (life.Running.Count >= life.Slots || life.Running.Any(a => a.Execution == log.Id)) continue;
            if (log.Children.Any(c => model[c.Key].OpenAttempt > 0 && Log(c.Value) is { Model.Terminal: false })) continue;
            throw new BrokenRuleException($"{log.Id} waits for nothing and has not ended");
        }
    }

    private void CheckEnds()
    {
        Check();
        _reader.Read();
        _reader.CheckNothingGone();
        _people.CheckWishes();
        foreach (var id in _roots)
        {
            if (Log(id) is null && !_people.WasRefused(id)) throw new BrokenRuleException($"{id} was started and is not on the disk");
        }

        foreach (var log in _logs.Values)
        {
            var state = LogReader.FoldAsync(Disk, log.Id).Result!;
            var row = Disk.ListAsync(new ExecutionQuery { Id = log.Id }).AsTask().Result.Items[0];
            if (row.Summary.Status != state.Status || row.Summary.Stages != state.CountStages() || row.LastSeq != log.Last || row.Summary.NextDue is not null)
                throw new BrokenRuleException($"the row of {log.Id} says {row.Summary.Status} at {row.LastSeq}, its log {state.Status} at {log.Last}");
        }

        Check();
    }
}
