using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access;

/// <summary>The requests that are under way: now and then each is looked at whether its caller still may, and cut off where not,
/// by logging out, or by what an admin or an expiry took away. One look finds the caller of all streams of a login. Safe for
/// concurrent use.</summary>
internal sealed class OpenRequests : IDisposable
{
    private readonly ConcurrentDictionary<OpenRequest, bool> _open = new();
    private readonly Identity _identity;
    private readonly ITimer _timer;
    private int _isSweeping;

    public OpenRequests(Identity identity, TimeSpan recheck, TimeProvider time)
    {
        _identity = identity;
        _timer = time.CreateTimer(static self => _ = ((OpenRequests)self!).SweepAsync(), this, recheck, recheck);
    }

    /// <summary>Looks after a request until it has been handled.</summary>
    public async Task WatchAsync(HttpContext context, Caller caller, Task handling)
    {
        var request = new OpenRequest(context, caller, Credential.Of(context));
        _open[request] = true;
        try
        {
            await handling.ConfigureAwait(false);
        }
        finally
        {
            request.End();
            _open.TryRemove(request, out _);
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task SweepAsync()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) == 1) return;
        try
        {
            var found = new Dictionary<string, Caller?>(StringComparer.Ordinal);
            foreach (var (request, _) in _open)
            {
                if (!found.TryGetValue(request.Credential.Key, out var now)) found[request.Credential.Key] = now = await _identity.FindAgainAsync(request.Credential).ConfigureAwait(false);
                if (!Identity.IsStill(now, request.Caller)) request.Abort();
            }
        }
        catch (IOException)
        {
            // The store is away: nobody can be told anything new either.
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }

    /// <summary>One request; its connection may be another's as soon as it has ended.</summary>
    private sealed class OpenRequest(HttpContext context, Caller caller, Credential credential)
    {
        private readonly Lock _gate = new();
        private HttpContext? _context = context;

        public Caller Caller => caller;

        public Credential Credential => credential;

        public void Abort()
        {
            lock (_gate) _context?.Abort();
        }

        public void End()
        {
            lock (_gate) _context = null;
        }
    }
}
