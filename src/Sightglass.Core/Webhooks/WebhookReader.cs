using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring.Runs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Webhooks;

/// <summary>Finds in the log what somebody is to be told, and writes the messages.</summary>
internal sealed class WebhookReader(IEventStore store, WebhookWatch watch, WebhookOptions options)
{
    private const int PageBytes = 1024 * 1024;
    private const long MostStep = 1L << 40;
    private static readonly string[] Ends = ["completed", "failed", "cancelled"];
    private static readonly JsonWriterOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<Guid, Audience> _audiences = [];
    private readonly Dictionary<string, IReadOnlyList<WebhookDefinition>> _definitions = new(StringComparer.Ordinal);

    /// <summary>Reads on from a position, block by block.</summary>
    /// <param name="after">The place in the log.</param>
    /// <param name="isCaughtUp">Whether everything before was read, so that only watched executions are of interest.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public async IAsyncEnumerable<WebhookBlock> ReadAsync(long after, bool isCaughtUp, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var block in await store.ReadFromPositionAsync(after, PageBytes, cancellationToken).ConfigureAwait(false))
        {
            var isOfInterest = block.Kind == BlockKind.Decision && (!isCaughtUp || watch.IsWatched(block.ExecutionId));
            yield return isOfInterest ? await ReadBlockAsync(block, cancellationToken).ConfigureAwait(false) : new WebhookBlock(block.Position, [], 0);
        }
    }

    /// <summary>Finds the last position of the log in a few dozen reads of one block each: steps that double while something
    /// lies behind them, and halve where nothing does.</summary>
    public async Task<long> FindEndAsync(CancellationToken cancellationToken)
    {
        long known = 0;
        for (long step = 1; step > 0;)
        {
            var page = await store.ReadFromPositionAsync(known + step - 1, 1, cancellationToken).ConfigureAwait(false);
            if (page.Count > 0) (known, step) = (page[0].Position, Math.Min(step * 2, MostStep));
            else step /= 2;
        }

        return known;
    }

    private async Task<WebhookBlock> ReadBlockAsync(EventBlock block, CancellationToken cancellationToken)
    {
        var found = new List<WebhookDelivery>();
        var ends = 0;
        try
        {
            if (await AudienceOfAsync(block.ExecutionId, cancellationToken).ConfigureAwait(false) is not { Hooks.Count: > 0 } audience) return new WebhookBlock(block.Position, found, 0);
            foreach (var line in Lines(block.Bytes))
            {
                using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1_000 });
                var e = document.RootElement;
                var type = e.GetProperty("type"u8).GetString()!;
                var isEnd = type.StartsWith("execution.", StringComparison.Ordinal) && Ends.Contains(type["execution.".Length..]);
                if (isEnd) ends++;
                else if (type is not ("stage.completed" or "stage.failed") || (e.GetProperty("data"u8).TryGetProperty("willRetry"u8, out var retries) && retries.ValueKind == JsonValueKind.True)) continue;
                var hooks = audience.Hooks.Where(h => Wants(h.Definition, type, e)).ToList();
                if (hooks.Count == 0) continue;
                var seq = e.GetProperty("seq"u8).GetInt64();
                var turn = isEnd ? (await LogReader.FoldAsync(store, block.ExecutionId, seq, cancellationToken).ConfigureAwait(false))?.Turn : null;
                found.AddRange(hooks.Select(h => Write(h, audience.Created, block.ExecutionId, type, seq, turn, e)));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidDataException or InvalidOperationException)
        {
            // One damaged or deleted log must not hold up the results of all others.
            WebhookLog.Unreadable(options.Logger, block.Position, e);
        }

        return new WebhookBlock(block.Position, found, ends) { ExecutionId = block.ExecutionId };
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> block)
    {
        while (!block.IsEmpty)
        {
            var end = block.Span.IndexOf((byte)'\n');
            yield return block[..end];
            block = block[(end + 1)..];
        }
    }

    private static bool Wants(WebhookDefinition hook, string type, JsonElement e)
    {
        var on = type.StartsWith("execution.", StringComparison.Ordinal) ? type["execution.".Length..] : type;
        if (hook.On.Count == 0 ? !Ends.Contains(on) : !hook.On.Contains(on)) return false;
        if (hook.Stages.Count == 0 || !e.TryGetProperty("stage"u8, out var stage)) return true;
        var key = stage.GetString()!;
        var bracket = key.IndexOf('[', StringComparison.Ordinal);
        return hook.Stages.Contains(bracket < 0 ? key : key[..bracket]);
    }

    private WebhookDelivery Write((string Name, WebhookDefinition Definition) hook, ExecutionCreated created, Guid id, string type, long seq, int? turn, JsonElement e)
    {
        var deliveryId = string.Create(CultureInfo.InvariantCulture, $"whd_{id:N}_{seq}_{hook.Name}");
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, deliveryId);
            writer.WriteString("event"u8, type);
            writer.WriteString("time"u8, e.GetProperty("time"u8).GetString());
            writer.WriteNumber("seq"u8, seq);
            writer.WriteStartObject("execution"u8);
            writer.WriteString("id"u8, id);
            writer.WriteString("pipelineId"u8, created.PipelineId);
            writer.WriteString("pipelineName"u8, created.Name);
            if (type.StartsWith("execution.", StringComparison.Ordinal)) writer.WriteString("status"u8, type["execution.".Length..]);
            if (turn is { } number) writer.WriteNumber("turn"u8, number);
            writer.WriteString("trigger"u8, created.Trigger);
            if (created.ExternalId is { } externalId) writer.WriteString("externalId"u8, externalId);
            writer.WriteStartObject("labels"u8);
            foreach (var (name, value) in created.Labels ?? new Dictionary<string, string>()) writer.WriteString(name, value);
            writer.WriteEndObject();
            writer.WriteEndObject();
            if (e.TryGetProperty("stage"u8, out var stage))
            {
                writer.WriteString("stage"u8, stage.GetString());
                if (e.TryGetProperty("attempt"u8, out var attempt)) writer.WriteNumber("attempt"u8, attempt.GetInt32());
            }

            writer.WritePropertyName("data"u8);
            e.GetProperty("data"u8).WriteTo(writer);
            writer.WriteEndObject();
        }

        var now = options.Time.GetUtcNow();
        return new WebhookDelivery
        {
            Id = deliveryId,
            ExecutionId = id,
            Event = type,
            Url = hook.Definition.Url,
            Headers = hook.Definition.Headers.Count > 0 ? hook.Definition.Headers : null,
            Secret = hook.Definition.Secret,
            Body = Encoding.UTF8.GetString(body.WrittenSpan),
            CreatedAt = now,
            At = now,
        };
    }

    private async Task<Audience?> AudienceOfAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_audiences.TryGetValue(id, out var known)) return known;
        var page = await store.ReadAsync(id, 0, BlockFilter.Decisions, 1, cancellationToken).ConfigureAwait(false);
        if (page.Blocks.Count == 0 || EventJson.ReadBlock(page.Blocks[0].Bytes).First().Data is not ExecutionCreated { Trigger: not ExternalRuns.Imported } created) return null;
        var hooks = (await HooksOfAsync(created.DefinitionHash, cancellationToken).ConfigureAwait(false))
            .Select((hook, i) => (i.ToString(CultureInfo.InvariantCulture), hook)).ToList();
        if (created.WebhookUrl is { } url) hooks.Add(("url", new WebhookDefinition { Url = url }));
        if (_audiences.Count >= WebhookLimits.MaxKnown) _audiences.Clear();
        return _audiences[id] = new Audience(created, hooks);
    }

    private async Task<IReadOnlyList<WebhookDefinition>> HooksOfAsync(string hash, CancellationToken cancellationToken)
    {
        if (_definitions.TryGetValue(hash, out var known)) return known;

        // Executions that other programs report have no definition of ours.
        if (!ValueReference.TryParse(hash, out _) || await store.ReadValueAsync(hash, 0, int.MaxValue, cancellationToken).ConfigureAwait(false) is not { } json) return [];
        if (_definitions.Count >= WebhookLimits.MaxKnown) _definitions.Clear();
        return _definitions[hash] = DefinitionJson.Read(json.Span).Webhooks ?? [];
    }

    private sealed record Audience(ExecutionCreated Created, IReadOnlyList<(string Name, WebhookDefinition Definition)> Hooks);
}
