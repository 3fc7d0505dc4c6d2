namespace Sightglass.Server.Streaming;

/// <summary>When a viewer that is sent away comes back: thousands must not come at the same moment.</summary>
internal static class ComeBack
{
    private const int Least = 500;
    private const int Spread = 2500;

    private static int _turn;

    /// <summary>Gives each viewer its own time, spread evenly over a few seconds.</summary>
    public static long AfterMilliseconds() => Least + ((uint)Interlocked.Increment(ref _turn) * 997 % Spread);
}
