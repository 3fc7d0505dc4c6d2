using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <content>Requests that come with an idempotency key.</content>
public sealed partial class PipelineEngine
{
    private static readonly CommandAnswer InvalidKey =
        new(false, "idempotency_key_invalid", "An idempotency key has 1 to 255 characters, none of them a control character; a random UUID is best.");

    private IRecordStore Records => _services.Records
        ?? throw new InvalidOperationException("Idempotency keys need records: use a store that is an IRecordStore too, or set PipelineEngineOptions.Records.");

    /// <summary>Gives the record of a key; none where there is no key, or where it is refused.</summary>
    private RememberedRequest? RequestOf(IdempotencyKey? key, string operation, out CommandAnswer? refusal)
    {
        refusal = key is not null && !IdempotencyKey.IsValid(key.Key) ? InvalidKey : null;
        if (key is null || refusal is not null) return null;
        _ = Records;
        return key.For(operation, _options.Time.GetUtcNow() + _options.IdempotencyRetention);
    }

    private async Task<Remembered?> RecallAsync(RememberedRequest request) =>
        await Records.GetAsync(request.Key).ConfigureAwait(false) is { } record ? request.Read(record.Bytes) : null;

    /// <summary>Answers a start that was made before; gives nothing where it was not.</summary>
    private async Task<StartOutcome?> RepeatedStartAsync(RememberedRequest request)
    {
        if (await RecallAsync(request).ConfigureAwait(false) is not { } first) return null;
        if (!first.Answer.Accepted) return Refused(first.Answer.Code, first.Answer.Message);
        var id = first.Executions![0];

        // The process may have died between the commit and its answer: then nobody owns the execution yet.
        if (await ActorAsync(id).ConfigureAwait(false) is { } actor) ForgetEnded(actor);
        return new StartOutcome(id, []);
    }

    /// <summary>Delivers a custom event once to every execution of the key's organisation that has not ended: each remembers it in the commit in which
    /// it gets it, so that a repetition after a crash reaches those alone that it had not reached.</summary>
    /// <param name="type">The type of the event.</param>
    /// <param name="data">What it carries.</param>
    /// <param name="key">What makes a repetition known.</param>
    public async Task<EmitOutcome> EmitAsync(string type, JsonElement data, IdempotencyKey key)
    {
        if (RequestOf(key, "emit/" + type, out var refusal) is not { } request) return new EmitOutcome([], refusal!);
        var payload = Payload.FromElement(data);
        var first = await RecallAsync(request).ConfigureAwait(false);
        if (first is null)
        {
            // Noted before it is delivered, so that another body under this key meets a conflict from now on.
            var noted = await Records.WriteAsync([request.Executions(RecordWrite.Absent, null)]).ConfigureAwait(false);
            if (!noted.IsWritten) first = await RecallAsync(request).ConfigureAwait(false);
        }

        if (first is { Answer.Accepted: false }) return new EmitOutcome([], first.Answer);
        if (first?.Executions is { } known) return new EmitOutcome(known, CommandAnswer.Done);
        var matched = new List<Guid>();
        foreach (var id in await LogReader.ListOpenAsync(Store, includeChildren: true, key.Organization).ConfigureAwait(false))
        {
            var answer = await AskAsync(id, now => new DeliverEvent(now, type, payload), key, "emit/" + type).ConfigureAwait(false);
            if (answer.Accepted) matched.Add(id);
        }

        await Records.WriteAsync([request.Executions(RecordWrite.AnyVersion, matched)]).ConfigureAwait(false);
        return new EmitOutcome(matched, CommandAnswer.Done);
    }
}
