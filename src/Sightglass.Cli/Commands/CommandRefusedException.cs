namespace Sightglass.Cli.Commands;

/// <summary>Ends a verb with a sentence for the user and an exit code. A command line ends in one place, so a thrown
/// sentence keeps each verb's steps in sight where a value would be handed through every one of them.</summary>
internal class CommandRefusedException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode => exitCode;
}
