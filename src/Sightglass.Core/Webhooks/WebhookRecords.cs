using System.Globalization;
using System.Text;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Webhooks;

/// <summary>What webhooks keep in the records: the place in the log, deliveries that wait, and dead letters.</summary>
internal sealed class WebhookRecords(IRecordStore records, string organization, TimeSpan keepDead)
{
    private const string Waiting = "webhook-deliveries";
    private const string Dead = "webhook-dead";
    private static readonly RecordKey Place = new("default", "webhooks", "place");

    /// <summary>Gets what is written in the commit that creates an execution with webhooks: that there has been one.</summary>
    public static RecordWrite Used { get; } = new(new RecordKey("default", "webhooks", "used"), RecordWrite.AnyVersion, "1"u8.ToArray());

    /// <summary>Reads the place in the log up to which everything was taken in; nothing where none was ever saved.</summary>
    public async Task<long?> FindPlaceAsync(CancellationToken cancellationToken) =>
        await records.GetAsync(Place with { Organization = organization }, cancellationToken).ConfigureAwait(false) is { } record ? long.Parse(Encoding.UTF8.GetString(record.Bytes.Span), CultureInfo.InvariantCulture) : null;

    /// <summary>Tells whether an execution with webhooks was ever created.</summary>
    public async Task<bool> WereUsedAsync(CancellationToken cancellationToken) => await records.GetAsync(Used.Key, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Takes deliveries in and moves the place past the events they came from, in one commit.</summary>
    public Task AcceptAsync(IReadOnlyList<WebhookDelivery> deliveries, long position) => WriteAsync(
    [
        new RecordWrite(Place with { Organization = organization }, RecordWrite.AnyVersion, Encoding.UTF8.GetBytes(position.ToString(CultureInfo.InvariantCulture))),
        .. deliveries.Select(d => Put(d.ErrorCode is null ? Waiting : Dead, d)),
    ]);

    public Task RetryLaterAsync(WebhookDelivery delivery) => WriteAsync([Put(Waiting, delivery)]);

    public Task FinishAsync(string id) => WriteAsync([Delete(Waiting, id)]);

    public Task BuryAsync(WebhookDelivery delivery) => WriteAsync([Delete(Waiting, delivery.Id), Put(Dead, delivery)]);

    /// <summary>Makes a dead letter a delivery again.</summary>
    public Task RaiseAsync(WebhookDelivery delivery) => WriteAsync([Delete(Dead, delivery.Id), Put(Waiting, delivery)]);

    public Task DeleteDeadAsync(string id) => WriteAsync([Delete(Dead, id)]);

    public async Task<WebhookDelivery?> FindDeadAsync(string id, CancellationToken cancellationToken) =>
        await records.GetAsync(Key(Dead, id), cancellationToken).ConfigureAwait(false) is { } record ? WebhookDelivery.Read(record.Bytes.Span) : null;

    public async Task<WebhookDelivery?> FindWaitingAsync(string id, CancellationToken cancellationToken) =>
        await records.GetAsync(Key(Waiting, id), cancellationToken).ConfigureAwait(false) is { } record ? WebhookDelivery.Read(record.Bytes.Span) : null;

    public Task<(IReadOnlyList<WebhookDelivery> Items, string? Next)> ListDeadAsync(string? after, int limit, CancellationToken cancellationToken) => ListAsync(Dead, after, limit, cancellationToken);

    public Task<(IReadOnlyList<WebhookDelivery> Items, string? Next)> ListWaitingAsync(string? after, int limit, CancellationToken cancellationToken) => ListAsync(Waiting, after, limit, cancellationToken);

    private async Task<(IReadOnlyList<WebhookDelivery> Items, string? Next)> ListAsync(string collection, string? after, int limit, CancellationToken cancellationToken)
    {
        var page = await records.ListAsync(new RecordQuery { Organization = organization, Collection = collection, After = after, Limit = limit }, cancellationToken).ConfigureAwait(false);
        return ([.. page.Items.Select(r => WebhookDelivery.Read(r.Bytes.Span)!)], page.Next);
    }

    private async Task WriteAsync(IReadOnlyList<RecordWrite> writes) => await records.WriteAsync(writes, CancellationToken.None).ConfigureAwait(false);

    private RecordWrite Put(string collection, WebhookDelivery delivery) =>
        new(Key(collection, delivery.Id), RecordWrite.AnyVersion, delivery.Write(), collection == Dead ? delivery.At + keepDead : null);

    private RecordWrite Delete(string collection, string id) => new(Key(collection, id), RecordWrite.AnyVersion, null);

    private RecordKey Key(string collection, string id) => new(organization, collection, id);
}
