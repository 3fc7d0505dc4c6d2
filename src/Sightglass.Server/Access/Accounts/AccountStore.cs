using System.Text;
using System.Text.Json;
using Sightglass.Core.Ports;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Accounts;

/// <summary>The accounts and organisations, in the records. Safe for concurrent use.</summary>
internal sealed class AccountStore(IRecordStore records, TimeProvider time) : IDisposable
{
    private const string Accounts = "accounts";
    private const string Organizations = "organizations";
    private const string Identities = "identities";

    private static readonly ApiProblem LastAdmin = new ApiProblem(409, "last_admin", "This is the last admin who could let anybody else in; make another one first.");

    // One change at a time: that an admin stays is a fact of all accounts together.
    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile bool _exist;

    /// <summary>Gets whether there is an account, so that callers have to log in.</summary>
    public bool Exist => _exist;

    /// <summary>Looks whether there is an account.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken) =>
        _exist = (await records.ListAsync(new RecordQuery { Organization = Caller.DefaultOrganization, Collection = Accounts, Limit = 1 }, cancellationToken).ConfigureAwait(false)).Items.Count > 0;

    public async ValueTask<Account?> FindAsync(string organization, string name, CancellationToken cancellationToken) =>
        AccountRules.CheckName(name) is null && AccountRules.CheckOrganization(organization) is null
        && await records.GetAsync(KeyOf(organization, name), cancellationToken).ConfigureAwait(false) is { } record
            ? Read(record)
            : null;

    public async Task<(IReadOnlyList<Account> Accounts, string? Next)> ListAsync(string organization, string? after, int limit, CancellationToken cancellationToken)
    {
        var page = await records.ListAsync(new RecordQuery { Organization = organization, Collection = Accounts, After = after, Limit = limit }, cancellationToken).ConfigureAwait(false);
        return ([.. page.Items.Select(Read)], page.Next);
    }

    /// <summary>Adds an account.</summary>
    public async Task<ApiProblem?> AddAsync(Account account, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!await HasOrganizationAsync(account.Organization, cancellationToken).ConfigureAwait(false)) return UnknownOrganization(account.Organization);

            // Whoever is first has to be able to let others in, where nobody else vouches for people.
            if (!_exist && account.Identity is null && (account.Organization != Caller.DefaultOrganization || !account.IsAdmin))
                return new ApiProblem(409, "first_account", "The first account has to be an admin of the organisation 'default'; from then on everybody has to log in.");
            if ((await CountAsync(account.Organization, static _ => true, AccessLimits.MaxAccounts, cancellationToken).ConfigureAwait(false)) >= AccessLimits.MaxAccounts)
                return new ApiProblem(409, "too_many_accounts", $"An organisation has at most {AccessLimits.MaxAccounts} accounts.");
            if (account.Identity is { } identity && await FindVouchedAsync(account.Organization, identity, cancellationToken).ConfigureAwait(false) is { } other)
                return new ApiProblem(409, "account_exists", $"The account '{other.Name}' is that person's already.");
            var outcome = await WriteAsync(account, RecordWrite.Absent).ConfigureAwait(false);
            if (!outcome.IsWritten) return new ApiProblem(409, "account_exists", $"There is an account '{account.Name}' already.");
            _exist = true;
            return null;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Finds the account of whom another system vouches for.</summary>
    public async ValueTask<Account?> FindVouchedAsync(string organization, string identity, CancellationToken cancellationToken) =>
        await records.GetAsync(IdentityKeyOf(organization, identity), cancellationToken).ConfigureAwait(false) is { } link
        && await FindAsync(organization, Encoding.UTF8.GetString(link.Bytes.Span), cancellationToken).ConfigureAwait(false) is { } account
        && account.Identity == identity
            ? account
            : null;

    /// <summary>Notes a login for which another system vouched, and the role that it gives: there the last admin is no concern, since
    /// the owner of the process can always make another.</summary>
    /// <returns>The account as it is now; <see langword="null"/> where it is gone, or disabled by now.</returns>
    public async Task<Account?> NoteVouchedAsync(Account account, Role role, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await FindAsync(account.Organization, account.Name, cancellationToken).ConfigureAwait(false) is not { IsDisabled: false } now || now.Id != account.Id) return null;
            var after = now with { Role = role, LastLoginAt = time.GetUtcNow() };
            await WriteAsync(after, RecordWrite.AnyVersion).ConfigureAwait(false);
            return after;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Changes an account.</summary>
    /// <returns>The account as it is now, or why it stays as it was.</returns>
    public async Task<(Account? Account, ApiProblem? Problem)> ChangeAsync(string organization, string name, Func<Account, Account> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await FindAsync(organization, name, cancellationToken).ConfigureAwait(false) is not { } before) return (null, Unknown(name));
            var after = change(before);
            if (before.IsAdmin && !after.IsAdmin && await IsLastAdminAsync(before, cancellationToken).ConfigureAwait(false)) return (null, LastAdmin);
            await WriteAsync(after, RecordWrite.AnyVersion).ConfigureAwait(false);
            return (after, null);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Removes an account; its sessions and tokens end with it.</summary>
    public async Task<ApiProblem?> RemoveAsync(string organization, string name, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await FindAsync(organization, name, cancellationToken).ConfigureAwait(false) is not { } account) return Unknown(name);
            if (account.IsAdmin && await IsLastAdminAsync(account, cancellationToken).ConfigureAwait(false)) return LastAdmin;
            var gone = new RecordWrite(KeyOf(organization, name), RecordWrite.AnyVersion, null);
            await records.WriteAsync(account.Identity is { } identity ? [gone, new RecordWrite(IdentityKeyOf(organization, identity), RecordWrite.AnyVersion, null)] : [gone], CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        finally
        {
            _changing.Release();
        }
    }

    public async Task<bool> HasOrganizationAsync(string name, CancellationToken cancellationToken) =>
        name == Caller.DefaultOrganization || (AccountRules.CheckOrganization(name) is null && await records.GetAsync(new RecordKey(Caller.DefaultOrganization, Organizations, name), cancellationToken).ConfigureAwait(false) is not null);

    public async Task<ApiProblem?> AddOrganizationAsync(Organization organization, CancellationToken cancellationToken)
    {
        var key = new RecordKey(Caller.DefaultOrganization, Organizations, organization.Name);
        var known = await records.ListAsync(new RecordQuery { Organization = Caller.DefaultOrganization, Collection = Organizations, Limit = AccessLimits.MaxOrganizations }, cancellationToken).ConfigureAwait(false);
        if (known.Items.Count >= AccessLimits.MaxOrganizations) return new ApiProblem(409, "too_many_organizations", $"There are {AccessLimits.MaxOrganizations} organisations, which is the most.");
        var outcome = organization.Name == Caller.DefaultOrganization
            ? new RecordOutcome(0, key)
            : await records.WriteAsync([new RecordWrite(key, RecordWrite.Absent, JsonSerializer.SerializeToUtf8Bytes(organization, AccessJson.Default.Organization))], CancellationToken.None).ConfigureAwait(false);
        return outcome.IsWritten ? null : new ApiProblem(409, "organization_exists", $"There is an organisation '{organization.Name}' already.");
    }

    /// <summary>Gives every organisation, <c>default</c> first.</summary>
    public async Task<IReadOnlyList<Organization>> ListOrganizationsAsync(CancellationToken cancellationToken)
    {
        var page = await records.ListAsync(new RecordQuery { Organization = Caller.DefaultOrganization, Collection = Organizations, Limit = AccessLimits.MaxOrganizations }, cancellationToken).ConfigureAwait(false);
        return [new Organization(Caller.DefaultOrganization, DateTimeOffset.UnixEpoch, "local"), .. page.Items.Select(r => JsonSerializer.Deserialize(r.Bytes.Span, AccessJson.Default.Organization)!)];
    }

    /// <summary>Notes a login, and the password hashed anew where that is due.</summary>
    public Task NoteLoginAsync(Account account, string? rehashed, CancellationToken cancellationToken) =>
        ChangeAsync(account.Organization, account.Name, a => a.Id != account.Id ? a : a with { LastLoginAt = time.GetUtcNow(), Password = rehashed is not null && a.Stamp == account.Stamp ? rehashed : a.Password }, cancellationToken);

    public void Dispose() => _changing.Dispose();

    public static ApiProblem Unknown(string name) => new ApiProblem(404, "account_not_found", $"There is no account '{name}'.");

    public static ApiProblem UnknownOrganization(string name) => new ApiProblem(404, "organization_not_found", $"There is no organisation '{name}'.");

    // Of another organisation an admin of 'default' can always make a new one.
    private async Task<bool> IsLastAdminAsync(Account account, CancellationToken cancellationToken) =>
        account.Organization == Caller.DefaultOrganization
        && await CountAsync(account.Organization, static a => a.IsAdmin, 2, cancellationToken).ConfigureAwait(false) < 2;

    private async Task<int> CountAsync(string organization, Func<Account, bool> counts, int enough, CancellationToken cancellationToken)
    {
        var count = 0;
        string? after = null;
        do
        {
            (var page, after) = await ListAsync(organization, after, 1000, cancellationToken).ConfigureAwait(false);
            count += page.Count(counts);
        }
        while (after is not null && count < enough);
        return count;
    }

    private ValueTask<RecordOutcome> WriteAsync(Account account, long version)
    {
        var write = new RecordWrite(KeyOf(account.Organization, account.Name), version, JsonSerializer.SerializeToUtf8Bytes(account, AccessJson.Default.Account));
        return account.Identity is { } identity && version == RecordWrite.Absent
            ? records.WriteAsync([write, new RecordWrite(IdentityKeyOf(account.Organization, identity), RecordWrite.AnyVersion, Encoding.UTF8.GetBytes(account.Name))], CancellationToken.None)
            : records.WriteAsync([write], CancellationToken.None);
    }

    private static Account Read(StoredRecord record) => JsonSerializer.Deserialize(record.Bytes.Span, AccessJson.Default.Account)!;

    private static RecordKey IdentityKeyOf(string organization, string identity) => new(organization, Identities, Secrets.HashOf(identity));

    private static RecordKey KeyOf(string organization, string name) => new(organization, Accounts, name);
}
