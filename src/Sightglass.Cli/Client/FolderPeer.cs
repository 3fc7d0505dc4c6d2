using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>The process that owns a data folder.</summary>
internal sealed class FolderPeer : ApiPeer
{
    public override string Name => "The process that owns the data folder";

    public override TimeSpan AnswerTime => Timeout.InfiniteTimeSpan;

    public override CommandRefusedException Lost(Exception error) =>
        new ServerLostException("The process that owned the data folder has ended meanwhile; try again.", error);

    public override CommandRefusedException Refused(int exitCode, int status, string code, string message) => new(exitCode, message);
}
