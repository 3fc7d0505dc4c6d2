using System.Collections.Concurrent;
using Sightglass.Core.Ports;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access;

/// <summary>Tells to whom executions belong, and refuses those that a caller may not see. Safe for concurrent use.</summary>
internal sealed class ExecutionScope(IEventStore store, IStoreUpkeep? upkeep)
{
    // Neither ever changes, so what is known stays right; an execution that was deleted meanwhile is missed by its handler.
    private readonly ConcurrentDictionary<Guid, (string Organization, string PipelineId)> _known = new();

    /// <summary>Says why a caller may not do with an execution what a role may.</summary>
    /// <returns>404 where it does not exist or the caller may not see it, 410 where it was deleted, 403 where more than seeing is asked;
    /// <see langword="null"/> where the caller may.</returns>
    public async ValueTask<ApiProblem?> RefuseAsync(Caller caller, Guid id, Role needed, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } owner)
        {
            return upkeep is not null && await upkeep.FindTombstoneAsync(id, cancellationToken).ConfigureAwait(false) is { } tombstone
                && tombstone.Organization == caller.Organization && caller.RoleOn(tombstone.PipelineId) > Role.None
                ? ApiProblem.Deleted(tombstone)
                : ApiProblem.ExecutionNotFound;
        }

        if (owner.Organization != caller.Organization) return ApiProblem.ExecutionNotFound;
        return caller.RoleOn(owner.PipelineId) switch
        {
            Role.None => ApiProblem.ExecutionNotFound,
            var role => role >= needed ? null : AccessGate.TooLittle(needed, role),
        };
    }

    /// <summary>Gives the role of a caller on an execution; none where it is another organisation's.</summary>
    public async ValueTask<Role> RoleAsync(Caller caller, Guid id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false) is { } owner && owner.Organization == caller.Organization ? caller.RoleOn(owner.PipelineId) : Role.None;

    /// <summary>Tells whether a caller may see what is left of an execution, which may have been deleted.</summary>
    public async ValueTask<bool> SeesAsync(Caller caller, Guid id, CancellationToken cancellationToken) =>
        await RefuseAsync(caller, id, Role.Viewer, cancellationToken).ConfigureAwait(false) is null or { Status: 410 };

    private async ValueTask<(string Organization, string PipelineId)?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(id, out var known)) return known;
        var page = await store.ListAsync(new ExecutionQuery { Id = id, Limit = 1 }, cancellationToken).ConfigureAwait(false);
        if (page.Items is not [{ Summary: var summary }]) return null;

        // Emptied rather than aged: it fills again with one read for each execution that is asked for.
        if (_known.Count >= AccessLimits.MaxKnownExecutions) _known.Clear();
        return _known[id] = (summary.Organization, summary.PipelineId);
    }
}
