namespace Sightglass.Sqlite.Writing;

/// <summary>How far a write has come.</summary>
internal enum WriteState
{
    /// <summary>Not queued yet.</summary>
    New,

    /// <summary>Waits; can be cancelled.</summary>
    Waiting,

    /// <summary>In a commit.</summary>
    Taken,

    /// <summary>Given up by its caller.</summary>
    Cancelled,
}
