using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Monitoring.Runs;

namespace Sightglass.Core.Scheduling;

/// <content>What people and other systems ask of executions. With an idempotency key, a repetition is answered as the first
/// request was and has no second effect.</content>
public sealed partial class PipelineEngine
{
    /// <summary>Stops an execution: what has not started is cancelled, what runs is told to stop.</summary>
    public Task<CommandAnswer> CancelAsync(Guid id, string? by = null, string? reason = null, IdempotencyKey? key = null) =>
        AskAsync(id, now => new Cancel(now, Named(by), reason, _options.Grace), key, "cancel");

    /// <summary>Holds an execution: what runs goes on, nothing new starts.</summary>
    public Task<CommandAnswer> PauseAsync(Guid id, string? by = null, string? reason = null, IdempotencyKey? key = null) =>
        AskAsync(id, now => new Pause(now, Named(by), reason), key, "pause");

    /// <summary>Lets a held execution go on.</summary>
    public Task<CommandAnswer> ResumeAsync(Guid id, string? by = null, IdempotencyKey? key = null) =>
        AskAsync(id, now => new Resume(now, Named(by)), key, "resume");

    /// <summary>Starts the next turn of an ended execution: failed stages and what depends on them.</summary>
    public async Task<CommandAnswer> RetryAsync(Guid id, string? by = null, IdempotencyKey? key = null) =>
        await RefuseRetryAsync(id, key).ConfigureAwait(false) ?? await AskAsync(id, now => new Retry(now, Named(by)), key, "retry").ConfigureAwait(false);

    /// <summary>Answers the open approval of a stage; of several the first that this person may answer.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="stage">The stage's id.</param>
    /// <param name="granted">Whether it is given.</param>
    /// <param name="by">Who answers.</param>
    /// <param name="comment">What they say to it.</param>
    /// <param name="key">What makes a repetition known.</param>
    /// <param name="may">Tells by the roles and people whom the approval names whether this person may answer it. Everybody may where
    /// it is absent.</param>
    public Task<CommandAnswer> AnswerAsync(Guid id, string stage, bool granted, string? by = null, string? comment = null, IdempotencyKey? key = null, Func<IReadOnlyList<string>, bool>? may = null) =>
        AskAsync(id, now => new AnswerApproval(now, stage, granted, Named(by), comment, may), key, granted ? "approve" : "reject");

    /// <summary>Delivers a custom event to every execution of an organisation that has not ended.</summary>
    /// <param name="type">The type of the event.</param>
    /// <param name="data">What it carries.</param>
    /// <param name="organization">The organisation.</param>
    /// <returns>The executions in which something waited for it.</returns>
    public async Task<IReadOnlyList<Guid>> EmitAsync(string type, JsonElement data, string organization = "default")
    {
        var payload = Payload.FromElement(data);
        var matched = new List<Guid>();
        foreach (var id in await LogReader.ListOpenAsync(Store, includeChildren: true, organization).ConfigureAwait(false))
        {
            var answer = await AskAsync(id, now => new DeliverEvent(now, type, payload)).ConfigureAwait(false);
            if (answer.Accepted) matched.Add(id);
        }

        return matched;
    }

    // Who asks stands in the event, which has a limit of its own.
    private static string? Named(string? by) => by is null ? null : ExecutionLimits.Cut(by, StartRequest.MaxNameChars);

    private async Task<CommandAnswer> AskAsync(Guid id, Func<DateTimeOffset, ExecutionCommand> make, IdempotencyKey? key = null, string operation = "")
    {
        var once = RequestOf(key, $"{operation}/{id}", out var refusal);
        if (refusal is not null) return refusal;
        var actor = await ActorAsync(id).ConfigureAwait(false);
        if (actor is null) return await MissingAsync(id).ConfigureAwait(false);

        // A retry goes on after an end that was read; watched before its append, as a start is.
        var isWatched = operation == "retry" && await actor.ReadAsync(s => HasWebhooks(s.Created, actor.Plan.Definition)).ConfigureAwait(false);
        if (isWatched) _services.Webhooks!.Add(id);
        var answer = await actor.AskAsync(make, once).ConfigureAwait(false);
        if (isWatched && !answer.Accepted) _services.Webhooks!.Release(id);

        // An ended execution that was taken up for one command is let go of again.
        ForgetEnded(actor);
        return answer;
    }

    private async Task<CommandAnswer> MissingAsync(Guid id) => await ExternalRuns.IsForeignAsync(Store, id, CancellationToken.None).ConfigureAwait(false)
        ? new CommandAnswer(false, "execution_external", "The execution does not run here: another program runs it and reports, or it was imported.")
        : new CommandAnswer(false, "execution_not_found", "There is no such execution.");
}
