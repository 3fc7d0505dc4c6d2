using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Hosting;

/// <summary>The setting <c>ENABLE_EXECUTION_STREAMING</c> of the environment: how streaming to browsers stands at first, whatever it was turned to before.</summary>
internal static class StreamingSetting
{
    private const string Name = "ENABLE_EXECUTION_STREAMING";

    /// <summary>Reads it; nothing where it is not set.</summary>
    /// <exception cref="CommandRefusedException">It is neither true nor false.</exception>
    public static bool? Read() => Parse(Environment.GetEnvironmentVariable(Name));

    internal static bool? Parse(string? value) => value?.Trim().ToLowerInvariant() switch
    {
        null or "" => null,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw new CommandRefusedException(ExitCodes.Invalid, $"{Name} is '{value}'; it has to be true or false."),
    };
}
