using System.Diagnostics;
using System.Globalization;

namespace Sightglass.Load.Streaming.Viewers;

/// <summary>What each printed line says: its number and when it was printed, as <c>@17:123456789;</c> and some text.</summary>
internal static class LineMark
{
    /// <summary>Gives line number <paramref name="number"/> as it is printed now, without its line end.</summary>
    public static string Now(long number) => string.Create(CultureInfo.InvariantCulture, $"@{number}:{Stopwatch.GetTimestamp()}; as long as lines are");
}
