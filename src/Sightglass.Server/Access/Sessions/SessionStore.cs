using System.Collections.Concurrent;
using System.Text.Json;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Access.Sessions;

/// <summary>The sessions, in the records: a cookie alone is worth nothing once its record is gone.</summary>
internal sealed class SessionStore(IRecordStore records, AccessOptions options, TimeProvider time)
{
    private const string Sessions = "sessions";

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _ended = new();

    /// <summary>Begins a session.</summary>
    /// <returns>The cookie's value.</returns>
    public async Task<(string Cookie, Session Session)> CreateAsync(Func<DateTimeOffset, Session> make)
    {
        var now = time.GetUtcNow();
        var cookie = Secrets.Create();
        var session = make(now);
        await records.WriteAsync([Write(cookie, session, RecordWrite.Absent, End(session, now))], CancellationToken.None).ConfigureAwait(false);
        return (cookie, session);
    }

    public async ValueTask<(Session Session, long Version)?> FindAsync(string cookie, CancellationToken cancellationToken) =>
        cookie.Length == Secrets.Length && await records.GetAsync(KeyOf(cookie), cancellationToken).ConfigureAwait(false) is { } record
            ? (JsonSerializer.Deserialize(record.Bytes.Span, AccessJson.Default.Session)!, record.Version)
            : null;

    /// <summary>Gives a session another cookie where that is due. The old one counts for a moment longer.</summary>
    /// <returns>The new cookie; <see langword="null"/> where the old one stays, or another request was quicker.</returns>
    public async Task<string?> RotateAsync(string cookie, Session session, long version)
    {
        var now = time.GetUtcNow();
        if (session.IsReplaced || now - session.IssuedAt < options.SessionRotation) return null;
        var next = Secrets.Create();
        var renewed = session with { IssuedAt = now };
        var outcome = await records.WriteAsync(
            [
                Write(cookie, session with { IsReplaced = true }, version, now + AccessLimits.OldCookie),
                Write(next, renewed, RecordWrite.Absent, End(renewed, now)),
            ],
            CancellationToken.None).ConfigureAwait(false);
        return outcome.IsWritten ? next : null;
    }

    /// <summary>Ends a session, and the streams that it has open.</summary>
    public async Task EndAsync(string cookie, Session session)
    {
        await records.WriteAsync([new RecordWrite(KeyOf(cookie), RecordWrite.AnyVersion, null)], CancellationToken.None).ConfigureAwait(false);
        var now = time.GetUtcNow();

        // Streams look every now and then; who has not looked by the second time has no stream any more.
        foreach (var (id, at) in _ended)
        {
            if (now - at > 2 * options.Recheck) _ended.TryRemove(id, out _);
        }

        _ended[session.Id] = now;
    }

    /// <summary>Tells whether a session was ended a short while ago.</summary>
    public bool HasEnded(Session session) => _ended.ContainsKey(session.Id);

    private DateTimeOffset End(Session session, DateTimeOffset now)
    {
        var (idle, life) = (now + options.SessionIdle, session.CreatedAt + options.SessionLife);
        return idle < life ? idle : life;
    }

    private static RecordWrite Write(string cookie, Session session, long version, DateTimeOffset end) =>
        new(KeyOf(cookie), version, JsonSerializer.SerializeToUtf8Bytes(session, AccessJson.Default.Session), end);

    private static RecordKey KeyOf(string cookie) => new(Caller.DefaultOrganization, Sessions, Secrets.HashOf(cookie));
}
