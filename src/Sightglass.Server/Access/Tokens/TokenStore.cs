using System.Text.Json;
using Sightglass.Core.Ports;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Tokens;

/// <summary>The API tokens, in the records. Safe for concurrent use.</summary>
internal sealed class TokenStore(IRecordStore records, TimeProvider time)
{
    private const string Tokens = "tokens";
    private const string Places = "token-places";

    /// <summary>Adds a token.</summary>
    public async Task<ApiProblem?> AddAsync(ApiToken token, CancellationToken cancellationToken)
    {
        var count = 0;
        string? after = null;
        do
        {
            var page = await ListAsync(token.Organization, after, 1000, cancellationToken).ConfigureAwait(false);
            count += page.Tokens.Count;
            after = page.Next;
        }
        while (after is not null && count < AccessLimits.MaxTokens);
        if (count >= AccessLimits.MaxTokens) return new ApiProblem(409, "too_many_tokens", $"The organisation has {AccessLimits.MaxTokens} tokens, which is the most; revoke some.");
        await records.WriteAsync(
            [
                Write(token, RecordWrite.Absent),
                new RecordWrite(PlaceOf(token.Hash), RecordWrite.Absent, JsonSerializer.SerializeToUtf8Bytes(new TokenPlace(token.Organization, token.Id), AccessJson.Default.TokenPlace), token.ExpiresAt),
            ],
            CancellationToken.None).ConfigureAwait(false);
        return null;
    }

    /// <summary>Finds what a token stands for; nothing where it is unknown, revoked or has expired.</summary>
    public async ValueTask<ApiToken?> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (text.Length != Secrets.Length) return null;
        var hash = Secrets.HashOf(text);
        if (await records.GetAsync(PlaceOf(hash), cancellationToken).ConfigureAwait(false) is not { } place) return null;
        var at = JsonSerializer.Deserialize(place.Bytes.Span, AccessJson.Default.TokenPlace)!;
        if (await records.GetAsync(KeyOf(at.Organization, at.Id), cancellationToken).ConfigureAwait(false) is not { } record) return null;
        var token = Read(record);
        if (token.Hash != hash || token.ExpiresAt <= time.GetUtcNow()) return null;
        await NoteUseAsync(token, record.Version).ConfigureAwait(false);
        return token;
    }

    public async ValueTask<ApiToken?> GetAsync(string organization, string id, CancellationToken cancellationToken) =>
        IsId(id) && await records.GetAsync(KeyOf(organization, id), cancellationToken).ConfigureAwait(false) is { } record ? Read(record) : null;

    public async Task<(IReadOnlyList<ApiToken> Tokens, string? Next)> ListAsync(string organization, string? after, int limit, CancellationToken cancellationToken)
    {
        var page = await records.ListAsync(new RecordQuery { Organization = organization, Collection = Tokens, After = after, Limit = limit }, cancellationToken).ConfigureAwait(false);
        return ([.. page.Items.Select(Read)], page.Next);
    }

    public async Task RevokeAsync(ApiToken token) => await records.WriteAsync(
        [new RecordWrite(KeyOf(token.Organization, token.Id), RecordWrite.AnyVersion, null), new RecordWrite(PlaceOf(token.Hash), RecordWrite.AnyVersion, null)],
        CancellationToken.None).ConfigureAwait(false);

    private static bool IsId(string id) => id.Length == 32 && id.All(char.IsAsciiHexDigitLower);

    private async Task NoteUseAsync(ApiToken token, long version)
    {
        var now = time.GetUtcNow();
        if (token.LastUsedAt is { } last && now - last < AccessLimits.LastUsedGrain) return;
        try
        {
            // By version: a token that is revoked beside this stays so.
            await records.WriteAsync([Write(token with { LastUsedAt = now }, version)], CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // When it was used last is worth less than that it can be used: cancelling works on a full disk too.
        }
    }

    private static RecordWrite Write(ApiToken token, long version) =>
        new(KeyOf(token.Organization, token.Id), version, JsonSerializer.SerializeToUtf8Bytes(token, AccessJson.Default.ApiToken), token.ExpiresAt);

    private static ApiToken Read(StoredRecord record) => JsonSerializer.Deserialize(record.Bytes.Span, AccessJson.Default.ApiToken)!;

    private static RecordKey KeyOf(string organization, string id) => new(organization, Tokens, id);

    private static RecordKey PlaceOf(string hash) => new(Caller.DefaultOrganization, Places, hash);
}
