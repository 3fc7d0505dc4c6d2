using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <content>How the execution stands to its concurrency group.</content>
internal partial class ExecutionActor
{
    /// <summary>Tells how an execution stands to its group; it has to be of one.</summary>
    public static GroupStanding StandingOf(ExecutionState state)
    {
        if (state.Status.IsTerminal()) return GroupStanding.Gone;
        if (state.StartedAt is not null) return state.Cancelling ? GroupStanding.Ending : GroupStanding.Holding;
        return state.AwaitsGroup && state.Status != ExecutionStatus.Paused ? GroupStanding.Waiting : GroupStanding.Aside;
    }

    /// <summary>Gives the execution a slot of its group. Never refused for want of room in the mailbox: nobody would ask again.</summary>
    public Task<CommandAnswer> GrantGroupAsync()
    {
        var answer = new TaskCompletionSource<CommandAnswer>(Parts.Continuations);
        Post(new CommandMessage(now => new TakeGroupSlot(now), answer));
        return Parts.Answer(answer.Task);
    }

    /// <summary>Says how the execution stands to its group, where that has changed. Called by the drain after a commit, and
    /// before there is one.</summary>
    public void TellGroup()
    {
        // Of an execution that was parked the log is the truth, and the state may have moved beyond it: it keeps what it has.
        var state = _decider.State;
        if (state.Created.Group is null || _parked is not null) return;
        var standing = StandingOf(state);
        if (standing == _standing) return;
        _standing = standing;
        _services.Groups.Set(GroupMember.Of(Id, state.Created, state.CreatedAt), standing);
    }
}
