using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Requests;

/// <summary>
/// How fast each caller may ask. An address is counted before anybody is known, so that wrong passwords and tokens count
/// too; accounts are counted each for itself. A stream counts as one request. The socket of the owner is not counted.
/// </summary>
internal sealed class RateLimits(ServerOptions options) : IAsyncDisposable
{
    // Idle ones are let go by the limiter itself; the keys are bounded by the groups of addresses and by the accounts.
    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = options.RequestBurst,
        TokensPerPeriod = Math.Max(1, options.RequestsPerSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = 0,
        AutoReplenishment = false,
    }));

    /// <summary>Counts a request by where it comes from.</summary>
    public Task CountAddressAsync(HttpContext context, RequestDelegate next) =>
        LocalConnection.Is(context) ? next(context) : CountAsync(context, next, "address " + GroupOf(context.Connection.RemoteIpAddress));

    /// <summary>Counts a request by who asks, where that is an account.</summary>
    public Task CountCallerAsync(HttpContext context, RequestDelegate next) =>
        context.FindCaller() is { Kind: CallerKind.Token or CallerKind.Session } caller ? CountAsync(context, next, $"account {caller.Organization}/{caller.Name}") : next(context);

    public ValueTask DisposeAsync() => _buckets.DisposeAsync();

    // One network counts as one: whoever has an IPv6 network has as many addresses as he likes.
    internal static int GroupOf(IPAddress? address)
    {
        if (address is null) return 0;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length)) return 0;
        var hash = new HashCode();
        hash.AddBytes(bytes[..Math.Min(length, 8)]);
        return (int)((uint)hash.ToHashCode() % ServerLimits.MaxAddressGroups);
    }

    private async Task CountAsync(HttpContext context, RequestDelegate next, string key)
    {
        using (var lease = _buckets.AttemptAcquire(key))
        {
            if (!lease.IsAcquired)
            {
                var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
                context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
                await new ApiProblem(429, "too_many_requests", $"More than {options.RequestsPerSecond:N0} requests a second; ask again in {wait} s.").WriteAsync(context).ConfigureAwait(false);
                return;
            }
        }

        await next(context).ConfigureAwait(false);
    }
}
