using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Accounts;

/// <summary>Checks names and passwords: slowly, few at a time, and telling nobody which accounts there are.</summary>
internal sealed class Logins(AccountStore accounts, AccessOptions options, TimeProvider time) : IDisposable
{
    /// <summary>The one answer to a name that does not exist, a wrong password and an account that is disabled.</summary>
    public static readonly ApiProblem Failed = new ApiProblem(401, "login_failed", "Name or password is wrong, or the account is disabled.");

    private readonly LoginThrottle _throttle = new(time);
    private readonly SemaphoreSlim _checks = new(AccessLimits.MaxChecks, AccessLimits.MaxChecks);
    private readonly Lazy<string> _nobody = new(() => PasswordHash.Create("nobody has this", options.PasswordIterations));
    private int _waiting;

    /// <summary>Checks a login.</summary>
    /// <param name="organization">The organisation.</param>
    /// <param name="name">The account.</param>
    /// <param name="password">Its password.</param>
    /// <param name="address">Where it comes from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(Account? Account, ApiProblem? Problem)> CheckAsync(string organization, string name, string password, string address, CancellationToken cancellationToken)
    {
        var who = $"a {organization}/{name}";
        if (_throttle.Begin(who, address) is { } wait) return (null, TooMany(wait));
        if (Interlocked.Increment(ref _waiting) > AccessLimits.MaxWaitingChecks + AccessLimits.MaxChecks)
        {
            Interlocked.Decrement(ref _waiting);
            return (null, TooMany(TimeSpan.FromSeconds(1)));
        }

        try
        {
            await _checks.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await CheckAsync(organization, name, password, cancellationToken).ConfigureAwait(false) is { } account
                    ? Succeeded(account)
                    : (null, Failed);
            }
            finally
            {
                _checks.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        (Account?, ApiProblem?) Succeeded(Account account)
        {
            _throttle.Succeeded(who, address);
            return (account, null);
        }
    }

    /// <summary>Counts a login that another system vouches for, before that is asked: whoever fails there waits here too.</summary>
    /// <returns>Why it has to wait; <see langword="null"/> where it may be made now.</returns>
    public ApiProblem? BeginElsewhere(string address) => _throttle.Begin("e " + address, address) is { } wait ? TooMany(wait) : null;

    /// <summary>Takes back what such a login that succeeded was counted as.</summary>
    public void SucceededElsewhere(string address) => _throttle.Succeeded("e " + address, address);

    /// <summary>Hashes a password that is to be kept.</summary>
    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        await _checks.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => PasswordHash.Create(password, options.PasswordIterations), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _checks.Release();
        }
    }

    public void Dispose() => _checks.Dispose();

    private async Task<Account?> CheckAsync(string organization, string name, string password, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(organization, name, cancellationToken).ConfigureAwait(false);

        // Whoever does not exist costs the same time.
        var hash = account?.Password ?? _nobody.Value;
        var (fits, rehashed) = await Task.Run(
            () =>
            {
                var isRight = PasswordHash.Fits(password, hash) && account is { Password: not null, IsDisabled: false };
                return (isRight, isRight && PasswordHash.IsWeak(hash, options.PasswordIterations) ? PasswordHash.Create(password, options.PasswordIterations) : null);
            },
            cancellationToken).ConfigureAwait(false);
        if (!fits) return null;
        await accounts.NoteLoginAsync(account!, rehashed, cancellationToken).ConfigureAwait(false);
        return account;
    }

    private static ApiProblem TooMany(TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        return new ApiProblem(429, "too_many_logins", $"Too many logins failed; try again in {seconds} s.") { RetryAfter = seconds };
    }
}
