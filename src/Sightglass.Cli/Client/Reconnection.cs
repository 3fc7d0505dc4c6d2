using System.Security.Cryptography;

namespace Sightglass.Cli.Client;

/// <summary>Waits between the tries to reach a server again that has gone, longer each time, and gives up after a while.</summary>
/// <param name="notices">Who is told.</param>
/// <param name="who">The server, at the beginning of a sentence.</param>
/// <param name="patience">For how long it is tried; nothing for not at all.</param>
/// <param name="time">The clock.</param>
internal sealed class Reconnection(IConnectionNotices notices, string who, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private long? _lostAt;
    private int _tries;

    /// <summary>Gets whether it is tried at all.</summary>
    public bool IsOn => patience > TimeSpan.Zero;

    /// <summary>Waits before the next try.</summary>
    /// <param name="why">Why there is one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServerLostException">It has been tried for long enough.</exception>
    public async Task WaitAsync(ServerLostException why, CancellationToken cancellationToken)
    {
        if (_lostAt is null) notices.Lost($"{who} is away; reconnecting…");
        _lostAt ??= time.GetTimestamp();
        if (time.GetElapsedTime(_lostAt.Value) >= patience)
            throw new ServerLostException($"{why.Message} It was tried again for {LiveView.Durations.Of(patience)}.", why);

        // Not all who watch at the same moment.
        var longest = TimeSpan.FromTicks(Math.Min(CliLimits.ReconnectPause.Ticks, FirstPause.Ticks << Math.Min(_tries, 10)));
        _tries++;
        await Task.Delay(longest * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0), time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes that it answers.</summary>
    public void Succeed()
    {
        if (_lostAt is null) return;
        _lostAt = null;
        _tries = 0;
        notices.Back();
    }
}
