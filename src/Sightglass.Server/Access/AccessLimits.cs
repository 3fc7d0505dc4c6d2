namespace Sightglass.Server.Access;

/// <summary>Bounds of what is kept to tell callers and their rights; the others are in <see cref="AccessOptions"/>.</summary>
internal static class AccessLimits
{
    /// <summary>How many executions are known by their organisation and pipeline without asking the store.</summary>
    public const int MaxKnownExecutions = 20_000;

    /// <summary>The most proxies, or networks of them, that are trusted.</summary>
    public const int MaxTrustedProxies = 100;

    /// <summary>The most names of a server.</summary>
    public const int MaxServerNames = 100;

    /// <summary>The most characters of an account's name.</summary>
    public const int MaxAccountName = 64;

    /// <summary>The most characters of an organisation's name.</summary>
    public const int MaxOrganizationName = 40;

    /// <summary>The most organisations beside <c>default</c>.</summary>
    public const int MaxOrganizations = 1000;

    /// <summary>The most accounts of an organisation.</summary>
    public const int MaxAccounts = 10_000;

    /// <summary>The most pipelines on which an account has a role of its own, or to which a token is bound.</summary>
    public const int MaxGrants = 100;

    /// <summary>The fewest characters of a password.</summary>
    public const int MinPasswordChars = 10;

    /// <summary>The most characters of a password.</summary>
    public const int MaxPasswordChars = 256;

    /// <summary>How many logins are checked at once; hashing is meant to be slow.</summary>
    public const int MaxChecks = 2;

    /// <summary>How many logins wait to be checked; further ones are told to come again.</summary>
    public const int MaxWaitingChecks = 32;

    /// <summary>How many logins to one account may fail before the next has to wait.</summary>
    public const int FreeTriesOfAccount = 10;

    /// <summary>How many logins from one address may fail before the next has to wait.</summary>
    public const int FreeTriesOfAddress = 30;

    /// <summary>The longest wait for the next login to an account: a stranger must not keep its owner out for long.</summary>
    public static readonly TimeSpan LongestAccountWait = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait for the next login from an address.</summary>
    public static readonly TimeSpan LongestAddressWait = TimeSpan.FromMinutes(15);

    /// <summary>After this time without a try, failed ones are forgotten.</summary>
    public static readonly TimeSpan TriesForgotten = TimeSpan.FromHours(1);

    /// <summary>How many accounts and addresses are remembered for their failed logins.</summary>
    public const int MaxTries = 10_000;

    /// <summary>How long the cookie before still counts after a session got another: requests that were under way carry it.</summary>
    public static readonly TimeSpan OldCookie = TimeSpan.FromMinutes(1);

    /// <summary>The most API tokens of an organisation.</summary>
    public const int MaxTokens = 10_000;

    /// <summary>The most characters of a token's name.</summary>
    public const int MaxTokenName = 100;

    /// <summary>For how many days a token is good where nothing is asked.</summary>
    public const int DefaultTokenDays = 90;

    /// <summary>For how many days a token may be good.</summary>
    public const int MaxTokenDays = 366;

    /// <summary>How exactly the last use of a token is noted.</summary>
    public static readonly TimeSpan LastUsedGrain = TimeSpan.FromMinutes(1);

    /// <summary>How many entries of the audit log one commit writes.</summary>
    public const int MaxAuditBatch = 200;

    /// <summary>The most characters of what an entry of the audit log names, each.</summary>
    public const int MaxAuditChars = 500;

    /// <summary>How many entries are looked at for one page of the audit log; it may then hold fewer than were asked for.</summary>
    public const int MaxAuditScan = 20_000;
}
