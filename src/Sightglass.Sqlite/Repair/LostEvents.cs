namespace Sightglass.Sqlite;

/// <summary>Events of one log that are lost.</summary>
/// <param name="From">Sequence of the first.</param>
/// <param name="Through">Sequence of the last.</param>
public readonly record struct LostEvents(long From, long Through);
