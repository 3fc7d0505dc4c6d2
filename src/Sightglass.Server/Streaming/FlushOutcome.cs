namespace Sightglass.Server.Streaming;

/// <summary>How sending to a viewer went.</summary>
internal enum FlushOutcome
{
    /// <summary>The connection took it.</summary>
    Sent,

    /// <summary>The viewer has left.</summary>
    Gone,

    /// <summary>The viewer did not read in time.</summary>
    TooSlow,
}
