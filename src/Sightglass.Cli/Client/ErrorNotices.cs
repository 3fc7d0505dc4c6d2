using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>Tells on standard error how a stream fares whose events go to standard output.</summary>
internal sealed class ErrorNotices : IConnectionNotices
{
    public void Lost(string message) => StandardStreams.Open().Error.WriteLine(message);

    public void Back() => StandardStreams.Open().Error.WriteLine("Connected again.");
}
