using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>Who answers a command, as messages name it, and what they advise where it does not.</summary>
internal abstract class ApiPeer
{
    /// <summary>Gets who it is, at the beginning of a sentence.</summary>
    public abstract string Name { get; }

    /// <summary>Gets how long it may take to begin an answer.</summary>
    public abstract TimeSpan AnswerTime { get; }

    /// <summary>Says that it could not be reached, or left in the middle.</summary>
    public abstract CommandRefusedException Lost(Exception error);

    /// <summary>Says why it refused.</summary>
    /// <param name="exitCode">How the command ends.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The stable code of the refusal.</param>
    /// <param name="message">Its words.</param>
    public abstract CommandRefusedException Refused(int exitCode, int status, string code, string message);
}
