using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Oidc;

/// <summary>Finds the account of whom the provider vouches for, or makes it. An account that is somebody else's, or has a
/// password of its own, is never handed over because of its name.</summary>
internal sealed class VouchedAccounts(AccountStore accounts, OidcOptions options, TimeProvider time)
{
    /// <summary>Gives the account to log in to.</summary>
    public async Task<(Account? Account, ApiProblem? Problem)> FindAsync(VouchedPerson person, CancellationToken cancellationToken)
    {
        if (!await accounts.HasOrganizationAsync(person.Organization, cancellationToken).ConfigureAwait(false))
            return (null, new ApiProblem(403, "oidc_organization", $"The OpenID provider puts you into '{OidcText.Clean(person.Organization)}', and there is no such organisation here; ask an admin for it."));
        var known = await accounts.FindVouchedAsync(person.Organization, person.Identity, cancellationToken).ConfigureAwait(false);
        if (known is null) return await CreateAsync(person, cancellationToken).ConfigureAwait(false);
        if (known.IsDisabled) return (null, new ApiProblem(403, "oidc_disabled", $"The account '{known.Name}' is disabled; ask an admin of your organisation."));
        if (person.Role is Role.None && known.Grants is not { Count: > 0 }) return (null, NoRole());
        return await accounts.NoteVouchedAsync(known, person.Role ?? known.Role, cancellationToken).ConfigureAwait(false) is { } account
            ? (account, null)
            : (null, AccountStore.Unknown(known.Name));
    }

    private async Task<(Account? Account, ApiProblem? Problem)> CreateAsync(VouchedPerson person, CancellationToken cancellationToken)
    {
        if (!options.CreatesAccounts) return (null, new ApiProblem(403, "oidc_no_account", $"The OpenID provider knows you, and there is no account for you here; ask an admin for one, for the subject '{OidcText.Clean(person.Identity[(options.Issuer.Length + 1)..])}'."));
        var role = person.Role ?? options.UsualRole;
        if (role == Role.None) return (null, NoRole());
        var name = person.Name?.ToLowerInvariant();
        if (AccountRules.CheckName(name) is { } wrong)
            return (null, new ApiProblem(403, "oidc_name", $"The claim '{options.NameClaim}' ('{OidcText.Clean(person.Name ?? "")}') cannot name an account: {wrong} An admin can name another claim with --oidc-name-claim, or make the account."));
        var now = time.GetUtcNow();
        var account = new Account
        {
            Id = Guid.CreateVersion7(now),
            Organization = person.Organization,
            Name = name!,
            Role = role,
            Identity = person.Identity,
            Stamp = Guid.CreateVersion7(now),
            CreatedAt = now,
            CreatedBy = options.DisplayName,
            LastLoginAt = now,
        };
        var problem = await accounts.AddAsync(account, cancellationToken).ConfigureAwait(false);
        if (problem is { Code: "account_exists" }) problem = new ApiProblem(403, "oidc_name_taken", $"There is an account '{name}' already, and it is not linked to you; ask an admin to remove it, or to make one for you.");
        return problem is null ? (account, null) : (null, problem);
    }

    private static ApiProblem NoRole() => new ApiProblem(403, "oidc_no_role", "The OpenID provider knows you, and nothing that it says of you stands for a role here; ask an admin.");
}
