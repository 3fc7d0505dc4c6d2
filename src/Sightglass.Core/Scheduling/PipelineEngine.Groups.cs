using System.Security.Cryptography;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Scheduling;

/// <content>Concurrency groups: how many executions may run at once.</content>
public sealed partial class PipelineEngine
{
    // Guarded by _groupsGate: the one look at what the store holds of groups.
    private readonly Lock _groupsGate = new();
    private Task<bool>? _groupsKnown;

    /// <summary>Gives the place of an execution in the line for a slot of its concurrency group, from 1.</summary>
    /// <param name="id">The execution.</param>
    /// <returns>The place; <see langword="null"/> where it does not wait for one.</returns>
    public int? GetGroupPosition(Guid id) => _services.Groups.PositionOf(id);

    /// <summary>Renders the group's name, before anything is created.</summary>
    private GroupClaim? ClaimOf(PipelinePlan plan, Guid id, DateTimeOffset now, ExecutionCreated created, out string? problem)
    {
        problem = null;
        if (plan.Definition.Concurrency is not { } concurrency) return null;
        var state = new ExecutionState();
        state.Apply(new ExecutionEvent(1, now, id, null, 0, 0, created));
        var scope = new EvaluationScope(plan, state, new LoadedValues(), _options.Environment).ForExecution();
        if (!CelTemplate.TryParse(concurrency.Group, out var template, out var errors)) problem = errors[0].Message;
        else if (template.Evaluate(scope) is var result && result.IsError) problem = result.Error.Message;
        else if (result.Value.Kind == CelKind.Opaque) problem = "it is a secret";
        else if (result.Value.ToText() is { Length: > 0 } name) return new GroupClaim(Bounded(name), concurrency.Limit, concurrency.WhenFull);
        else problem = "it is empty";
        return null;
    }

    // A group may be named by a whole prompt: the beginning is for people, the hash keeps two of them apart.
    private static string Bounded(string name)
    {
        if (name.Length <= EngineLimits.MaxGroupName) return name;
        var end = char.IsHighSurrogate(name[99]) ? 99 : 100;
        return $"{name[..end]}… sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
    }

    /// <summary>Asks for a slot for an execution about to be created.</summary>
    private async Task<(bool HasSlot, CommandAnswer? Refused)> EnterGroupAsync(GroupMember member, ParentLink? parent)
    {
        if (await AncestorInAsync(member, parent).ConfigureAwait(false) is { } ancestor)
            return (false, new CommandAnswer(false, "group_held_by_parent", $"Its parent {ancestor} holds a slot of the concurrency group '{member.Claim.Name}': each would wait for the other. Give the child another group."));
        await _services.Parts.Answer(GroupsKnownAsync()).ConfigureAwait(false);
        if (_services.Groups.TryEnter(member)) return (true, null);
        return (false, member.Claim.WhenFull == WhenFull.Reject ? Full(member.Claim) : null);
    }

    /// <summary>Sees to it that everybody who holds or awaits a slot is known before a slot is given to anybody else.</summary>
    private Task<bool> GroupsKnownAsync()
    {
        lock (_groupsGate)
        {
            if (_groupsKnown is { IsFaulted: false }) return _groupsKnown;
            return _groupsKnown = LookAsync();
        }

        async Task<bool> LookAsync()
        {
            _services.Groups.Hold();
            try
            {
                foreach (var id in await LogReader.ListOpenAsync(Store, includeChildren: true).ConfigureAwait(false))
                {
                    try
                    {
                        await LookAtAsync(id).ConfigureAwait(false);
                    }
                    catch (IOException e)
                    {
                        EngineLog.StoreFailed(_options.Logger, id, e);
                        HoldGroupsUntil(id, () => LookAtAsync(id));
                    }
                }

                return true;
            }
            finally
            {
                _services.Groups.Release();
            }
        }

        async Task LookAtAsync(Guid id)
        {
            // Those that are owned say themselves how they stand.
            if (_actors.ContainsKey(id)) return;
            if (await LogReader.FoldAsync(Store, id).ConfigureAwait(false) is { Created.Group: not null } state && !_actors.ContainsKey(id))
                _services.Groups.Set(GroupMember.Of(id, state.Created, state.CreatedAt), ExecutionActor.StandingOf(state));
        }
    }

    /// <summary>Takes every open execution up before any slot is granted: until then it is not known who holds one.</summary>
    private async Task<int> RecoverGroupsAsync(Func<Task<int>> recover)
    {
        var known = new TaskCompletionSource<bool>(_services.Parts.Continuations);
        lock (_groupsGate) _groupsKnown = known.Task;
        _services.Groups.Hold();
        Exception? failure = null;
        try
        {
            return await recover().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            _services.Groups.Release();

            // Who starts something before the next recovery has to look by itself.
            if (failure is null) known.TrySetResult(true);
            else known.TrySetException(failure);
            _ = known.Task.Exception;
        }
    }

    /// <summary>Takes an execution up when the store is back, and grants no slot before: it may hold one.</summary>
    private void HoldGroupsUntil(Guid id, Func<Task> takeUp)
    {
        var isHeld = 1;
        _services.Groups.Hold();
        Insist(id, async () =>
        {
            try
            {
                await takeUp().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not IOException)
            {
                // It cannot be read, and will not be: the others go on.
                EngineLog.RecoveryFailed(_options.Logger, id, e);
            }

            if (Interlocked.Exchange(ref isHeld, 0) == 1) _services.Groups.Release();
        });
    }

    /// <summary>Finds the ancestor that holds a slot of a group: its child would wait for it, and it for the child.</summary>
    private async Task<Guid?> AncestorInAsync(GroupMember member, ParentLink? parent)
    {
        foreach (var (id, created) in await AboveAsync(parent?.ExecutionId).ConfigureAwait(false))
        {
            if (created.Group?.Name == member.Claim.Name && created.Organization == member.Organization) return id;
        }

        return null;
    }

    /// <summary>Lists a parent, its parent, and so on.</summary>
    private async Task<List<(Guid Id, ExecutionCreated Created)>> AboveAsync(Guid? parent)
    {
        var above = new List<(Guid Id, ExecutionCreated Created)>();
        for (var next = parent; next is { } id;)
        {
            if (await ReadStateAsync(id, s => s.Created).ConfigureAwait(false) is not { } created) break;
            above.Add((id, created));
            next = created.Parent?.ExecutionId;
        }

        return above;
    }

    /// <summary>Ends a child that waits for a group whose holders wait for it: it would for ever, and they with it.</summary>
    private async Task LookAboveAsync(GroupMember member)
    {
        var above = await AboveAsync(member.Parent).ConfigureAwait(false);
        if (!_services.Groups.StandsBelow(member.Id, [.. above.Select(a => a.Id)])) return;
        var held = string.Join(", ", above.Where(a => a.Created.Group is not null).Select(a => $"'{a.Created.Group!.Name}'"));
        await CancelAsync(
            member.Id, null, $"It would wait for ever: the executions that hold the concurrency group '{member.Claim.Name}' wait for {held}, which the execution above it holds. Let pipelines take these groups in the same order.").ConfigureAwait(false);
    }

    /// <summary>Refuses the next turn of an ended execution whose group takes no more.</summary>
    private async Task<CommandAnswer?> RefuseRetryAsync(Guid id, IdempotencyKey? key)
    {
        // What was asked before is answered as before, however full the group is by now.
        if (RequestOf(key, $"retry/{id}", out _) is { } once && await RecallAsync(once).ConfigureAwait(false) is not null) return null;
        var member = await ReadStateAsync(id, s => s.Created.Group is not null && s.Status.IsTerminal() ? GroupMember.Of(id, s.Created, s.CreatedAt) : null).ConfigureAwait(false);
        if (member is null) return null;
        await _services.Parts.Answer(GroupsKnownAsync()).ConfigureAwait(false);
        return member.Claim.WhenFull == WhenFull.Reject && _services.Groups.IsFull(member) ? Full(member.Claim) : null;
    }

    private static CommandAnswer Full(GroupClaim claim) =>
        new(false, "group_full", $"The concurrency group '{claim.Name}' is full: {claim.Limit} of it may run at once. Try again when one has ended.");

    private async Task GrantAsync(GroupMember member)
    {
        try
        {
            if (_stopping) return;
            var actor = await ActorAsync(member.Id).ConfigureAwait(false);
            if (actor is not null && (await actor.GrantGroupAsync().ConfigureAwait(false)).Accepted) return;
            _services.Groups.Refuse(member.Id);
        }
        catch (Exception e)
        {
            // The store is away, most likely: its turn is not over for that.
            EngineLog.GrantFailed(_options.Logger, member.Id, e);
            await _services.Parts.DelayAsync(EngineLimits.StoreRetry, _options.Time, _abandoned.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_abandoned.IsCancellationRequested) _services.Groups.Refuse(member.Id, again: true);
        }
    }

    private Task<CommandAnswer> EvictAsync(GroupMember oldest, GroupMember by) =>
        CancelAsync(oldest.Id, null, $"Execution {by.Id} takes its place in the concurrency group '{by.Claim.Name}'.");
}
