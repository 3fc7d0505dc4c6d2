using System.Security.Cryptography;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Monitoring.Runs;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <content>Taking executions up, and the definitions they started with.</content>
public sealed partial class PipelineEngine
{
    private static Lazy<Task<ExecutionActor?>> Registered(ExecutionActor actor) => new(Task.FromResult<ExecutionActor?>(actor));

    private async Task<ExecutionActor?> ActorAsync(Guid id)
    {
        var lazy = _actors.GetOrAdd(id, key => new Lazy<Task<ExecutionActor?>>(() => TakeUpAsync(key)));
        ExecutionActor? actor = null;
        try
        {
            return actor = await _services.Parts.Answer(lazy.Value).ConfigureAwait(false);
        }
        finally
        {
            if (actor is null) _actors.TryRemove(KeyValuePair.Create(id, lazy));
        }
    }

    /// <summary>Forgets an actor, and no other that has the execution by now.</summary>
    private void Forget(ExecutionActor actor)
    {
        if (_actors.TryGetValue(actor.Id, out var lazy) && lazy is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } && lazy.Value.Result == actor)
            _actors.TryRemove(KeyValuePair.Create(actor.Id, lazy));
    }

    /// <summary>Takes up what may have been taken up already, and lets go of it if it has ended.</summary>
    private async Task<bool> TakeUpAgainAsync(Guid id)
    {
        if (await ActorAsync(id).ConfigureAwait(false) is not { } actor) return false;
        ForgetEnded(actor);
        return true;
    }

    /// <summary>Does, beside what its caller does, what a store that is away for a while must not prevent: an execution would
    /// wait for ever for a word that was lost. It may be done more than once.</summary>
    private void Insist(Guid id, Func<Task> act) => _services.Parts.Send(async () =>
    {
        while (!_abandoned.IsCancellationRequested)
        {
            try
            {
                await act().ConfigureAwait(false);
                return;
            }
            catch (IOException e)
            {
                EngineLog.StoreFailed(_options.Logger, id, e);
            }

            await _services.Parts.DelayAsync(EngineLimits.StoreRetry, _options.Time, _abandoned.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    private async Task<ExecutionActor?> TakeUpAsync(Guid id)
    {
        // Another program runs it and only reports: it must not be fenced, and its stages are none of ours.
        if (await ExternalRuns.IsForeignAsync(Store, id).ConfigureAwait(false)) return null;

        // Claimed before it is read: from then on nobody else can append.
        var epoch = await Store.ClaimAsync(id).ConfigureAwait(false);
        if (epoch == 0) return null;
        if (await FindAsync(id).ConfigureAwait(false) is not var (decider, created)) return null;
        var actor = _services.Parts.Actor(_services, id, epoch, decider, created.BaseFolder);
        if (decider.State.Status.IsTerminal())
        {
            actor.MarkEnded();
            return actor;
        }

        if (HasWebhooks(created, actor.Plan.Definition)) _services.Webhooks!.Add(id);

        _options.Metrics.Adopt(id, created.PipelineId, decider.Plan.Edges);
        actor.TellGroup();
        actor.Resume();
        return actor;
    }

    /// <summary>Says whether somebody is told of an execution's results. Its log is then watched from before an append that can
    /// lead to one until its end was read.</summary>
    private bool HasWebhooks(ExecutionCreated created, PipelineDefinition definition) =>
        _services.Webhooks is not null && WantsWebhooks(created, definition);

    private static bool WantsWebhooks(ExecutionCreated created, PipelineDefinition definition) =>
        created.WebhookUrl is not null || definition.Webhooks is { Count: > 0 };

    /// <summary>Loads an execution that may be deleted while it is read: then it is not there, whatever was read of it.</summary>
    private async Task<(ExecutionDecider Decider, ExecutionCreated Created)?> FindAsync(Guid id)
    {
        try
        {
            return await LoadAsync(id, new LoadedValues()).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            if ((await Store.ReadAsync(id, 0, BlockFilter.Decisions, 1).ConfigureAwait(false)).Last == 0) return null;
            throw;
        }
    }

    private async Task<(ExecutionDecider Decider, ExecutionCreated Created)> LoadAsync(Guid id, LoadedValues values)
    {
        var state = await LogReader.FoldAsync(Store, id).ConfigureAwait(false) ?? throw new InvalidDataException($"Execution {id} has no log.");
        state.CatchUp(state.LastSeq, await LogReader.LastTimeAsync(Store, id, state.LastSeq).ConfigureAwait(false));
        var created = state.Created;
        var plan = await PlanAsync(created.DefinitionHash).ConfigureAwait(false);
        while (true)
        {
            try
            {
                var decider = new ExecutionDecider(plan, state, values, _options.Environment);
                _ = decider.OpenChildren();
                return (decider, created);
            }
            catch (ValueNeededException needed)
            {
                values.Add(needed.Reference, await LogReader.ReadValueAsync(Store, needed.Reference).ConfigureAwait(false));
            }
        }
    }

    private async Task<PipelinePlan> PlanAsync(string hash)
    {
        if (_plans.TryGetValue(hash, out var known)) return known;
        var json = await LogReader.ReadValueAsync(Store, hash).ConfigureAwait(false);
        return PlanOf(hash, DefinitionJson.Read(json.Span));
    }

    private PipelinePlan PlanOf(string hash, PipelineDefinition definition)
    {
        if (_plans.TryGetValue(hash, out var known)) return known;
        if (_plans.Count >= _options.MaxPlans) _plans.Clear();

        // Compiled from a copy: what the caller holds can change, what runs must not.
        return _plans[hash] = PlanCompiler.Compile(DefinitionJson.Read(DefinitionJson.Write(definition)));
    }

    /// <summary>Forgets the actor of an execution that stands ended, unless it is re-opened at this moment.</summary>
    private void ForgetEnded(ExecutionActor actor)
    {
        if (!actor.Ended.IsCompleted) return;
        Forget(actor);
        if (!actor.Ended.IsCompleted) _actors.TryAdd(actor.Id, Registered(actor));
    }

    private static string StoreDefinition(PipelineDefinition definition, List<StoredValue> values)
    {
        var json = DefinitionJson.Write(definition);
        var hash = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(json));
        values.Add(new StoredValue(hash, json));
        return hash;
    }

    /// <summary>Stores the definitions of all pipelines that stages run, theirs included, as they are now.</summary>
    private static Dictionary<string, string>? CollectChildren(PipelineDefinition definition, Func<string, PipelineDefinition?> find, List<StoredValue> values, out string? missing)
    {
        missing = null;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = new Queue<PipelineDefinition>([definition]);
        while (open.TryDequeue(out var next))
        {
            foreach (var stage in next.Stages)
            {
                if (stage.Pipeline is not { } call || found.ContainsKey(call.Id)) continue;
                if (find(call.Id) is not { } child)
                {
                    missing = call.Id;
                    return null;
                }

                found[call.Id] = StoreDefinition(child, values);
                open.Enqueue(child);
            }
        }

        return found;
    }

    /// <summary>Takes the values of secret inputs out of what is recorded; they stay in this process's memory.</summary>
    private static Dictionary<string, string> TakeSecrets(PipelinePlan plan, ref JsonElement bound)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        if (plan.SecretInputs.Count == 0) return taken;
        var kept = new Dictionary<string, JsonElement>();
        foreach (var property in bound.EnumerateObject())
        {
            if (!plan.SecretInputs.Contains(property.Name)) kept[property.Name] = property.Value;
            else if (property.Value.ValueKind != JsonValueKind.Null)
                taken[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
        }

        bound = JsonSerializer.SerializeToElement(kept, PayloadJsonContext.Relaxed.DictionaryStringJsonElement);
        return taken;
    }

    private string? FindSecret(Guid id, string name)
    {
        if (!name.StartsWith("inputs.", StringComparison.Ordinal)) return _options.FindSecret(name);
        return _secretInputs.TryGetValue(id, out var inputs) && inputs.TryGetValue(name["inputs.".Length..], out var value) ? value : null;
    }

    private async Task StartChildAsync(ExecutionActor parent, StartChild start)
    {
        try
        {
            if (await ActorAsync(start.Child).ConfigureAwait(false) is { } existing)
            {
                // A recovery asks again: the child may have ended while its parent was away.
                var ended = await existing.ReadAsync(s => s.Status.IsTerminal() ? new ChildEnd(s.Status, s.Output, s.Error) : null).ConfigureAwait(false);
                if (ended is null) return;
                TellParent(parent, start.Stage, start.Attempt, ended);
                ForgetEnded(existing);
                return;
            }

            var (created, depth) = await parent.ReadAsync(s => (s.Created, s.Created.Depth)).ConfigureAwait(false);
            if (depth >= EngineLimits.MaxNesting)
            {
                TellParent(parent, start.Stage, start.Attempt, new ChildEnd(ExecutionStatus.Failed, null, new("too_deep", $"Pipelines are nested more than {EngineLimits.MaxNesting} deep.")));
                return;
            }

            var hash = created.Children?.GetValueOrDefault(start.PipelineId) ?? throw new InvalidDataException($"The log does not name a definition of '{start.PipelineId}'.");
            var plan = await PlanAsync(hash).ConfigureAwait(false);
            using var input = JsonDocument.Parse(start.Input);
            var outcome = await StartAsync(new StartRequest
            {
                Id = start.Child,
                Definition = plan.Definition,
                Input = input.RootElement.Clone(),
                Priority = Enum.TryParse<StagePriority>(created.Priority, ignoreCase: true, out var priority) ? priority : StagePriority.Medium,
                RequestedBy = created.RequestedBy,
                Organization = created.Organization,
                Trigger = "pipeline",
                BaseFolder = created.BaseFolder,
                Parent = new ParentLink(parent.Id, start.Stage, start.Attempt),
                Depth = depth + 1,
                Children = created.Children,
            }).ConfigureAwait(false);

            // A cancel that overtook the start found no child; this one would run on for nobody.
            if (outcome.IsStarted && !await parent.WantsAsync(start).ConfigureAwait(false)) await CancelAsync(start.Child, null, "Its parent was stopped.").ConfigureAwait(false);
            if (outcome.IsUnavailable || outcome.Problems is [{ Code: "execution_exists" }]) throw new IOException("The child may exist; it is looked for again.");
            if (!outcome.IsStarted)
                TellParent(parent, start.Stage, start.Attempt, new ChildEnd(ExecutionStatus.Failed, null, new("child_not_started", string.Join(" ", outcome.Problems.Select(p => p.Message)))));
        }
        catch (Exception e) when (e is not IOException)
        {
            EngineLog.ChildFailed(_options.Logger, parent.Id, start.Child, e);
            TellParent(parent, start.Stage, start.Attempt, new ChildEnd(ExecutionStatus.Failed, null, new(ErrorCodes.InternalError, e.Message)));
        }
    }

    private async Task StopChildAsync(ExecutionActor parent, StartChild child)
    {
        var answer = await CancelAsync(child.Child, null, "Its parent was stopped.").ConfigureAwait(false);
        if (answer.Accepted) return;
        var end = await ReadStateAsync(child.Child, s => s.Status.IsTerminal() ? new ChildEnd(s.Status, s.Output, s.Error) : null).ConfigureAwait(false);
        TellParent(parent, child.Stage, child.Attempt, end ?? new ChildEnd(ExecutionStatus.Cancelled, null, null));
    }

    private void TellParent(ExecutionActor parent, string stage, int attempt, ChildEnd end)
    {
        var jitter = _services.Jitter();
        parent.Tell(now => new FinishChild(now, stage, attempt, end.Status, end.Output ?? Payload.Null, end.Error, jitter));
    }

    private void OnEnded(ExecutionActor actor, ExecutionState state)
    {
        Forget(actor);
        _secretInputs.TryRemove(actor.Id, out _);
        if (state.Created.Parent is { } link)
        {
            var reason = state.Status == ExecutionStatus.Cancelled && state.Reason is { } why ? new Stages.StageError(ErrorCodes.ChildCancelled, why) : null;
            var end = new ChildEnd(state.Status, state.Output, state.Error ?? reason);
            Insist(link.ExecutionId, async () =>
            {
                if (await ActorAsync(link.ExecutionId).ConfigureAwait(false) is not { } parent) return;
                TellParent(parent, link.Stage, link.Attempt, end);

                // A parent that ended before its child was taken up for this word alone.
                ForgetEnded(parent);
            });
        }
    }

    private sealed record ChildEnd(ExecutionStatus Status, Payload? Output, Stages.StageError? Error);
}
