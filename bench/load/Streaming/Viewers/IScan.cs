namespace Sightglass.Load.Streaming.Viewers;

/// <summary>Looks through what one viewer gets: lines by their marks, or events by their sequence.</summary>
internal interface IScan
{
    /// <summary>Gets how many came.</summary>
    long Count { get; }

    /// <summary>Gets how many were missing or came twice.</summary>
    long Wrong { get; }

    /// <summary>Reads the next piece of the body.</summary>
    /// <param name="piece">The piece, cut anywhere.</param>
    /// <param name="now">When it came.</param>
    void Read(ReadOnlySpan<byte> piece, long now);
}
