namespace Sightglass.Core.Definitions;

/// <summary>Finds time zones by the names of the IANA data base.</summary>
internal static class ScheduleZones
{
    /// <summary>Finds a zone; <see langword="null"/> where this machine knows none of that name.</summary>
    public static TimeZoneInfo? Find(string name)
    {
        if (name is "UTC" or "Etc/UTC" or "Z") return TimeZoneInfo.Utc;

        // The system takes names for paths of files.
        if (name.Length is 0 or > DefinitionLimits.ZoneLength || name[0] == '/' || name.Contains("..", StringComparison.Ordinal)
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '_' or '-' or '+')) return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
    }

    /// <summary>Gives every name, to suggest one.</summary>
    public static IEnumerable<string> Names() => TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Append("UTC");
}
