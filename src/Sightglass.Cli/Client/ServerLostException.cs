using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>Whoever was asked could not be reached, or not to the end: the same may go well a moment later.</summary>
internal sealed class ServerLostException(string message, Exception? inner = null) : CommandRefusedException(ExitCodes.Unavailable, message, inner)
{
    /// <summary>Gets the code of its refusal; <see langword="null"/> where it said nothing.</summary>
    public string? Code { get; init; }

    /// <summary>Gets whether no connection came about, so that nothing can have happened there.</summary>
    public bool IsUnsent { get; init; }
}
