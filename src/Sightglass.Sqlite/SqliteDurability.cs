namespace Sightglass.Sqlite;

/// <summary>What a completed append survives.</summary>
public enum SqliteDurability
{
    /// <summary>The end of the process and of the machine: each commit waits for the disk.</summary>
    Full,

    /// <summary>The end of the process only. For tests: a power cut can damage the database.</summary>
    Off,
}
