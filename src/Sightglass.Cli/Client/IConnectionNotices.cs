namespace Sightglass.Cli.Client;

/// <summary>Who is told how a stream fares that is followed for long.</summary>
internal interface IConnectionNotices
{
    /// <summary>The server has gone; it is tried again.</summary>
    void Lost(string message);

    /// <summary>It is back, and the stream goes on.</summary>
    void Back();
}
