using System.CommandLine;
using Sightglass.Cli.Commands;
using Sightglass.Cli.DataFolder;

namespace Sightglass.Cli.Client;

/// <summary>Where a command works: at a server, or in a data folder.</summary>
/// <param name="Data">The data folder.</param>
/// <param name="Server">The server; <see langword="null"/> where it is the folder.</param>
internal sealed record Target(FolderPaths Data, ServerAddress? Server)
{
    /// <summary>Gets the options that lead another command to the same place; empty where it finds it by itself.</summary>
    public string Option => Server is null ? Data.Option : $" --server {Server.Shown}";

    /// <summary>Reads the options that all verbs share.</summary>
    public static Target Of(ParseResult parsed) => Of(parsed, parsed.GetValue(CommonOptions.Data));

    /// <summary>Reads them where the verb itself knows what was given as the data folder.</summary>
    /// <exception cref="CommandRefusedException">They contradict each other, or one cannot be understood.</exception>
    public static Target Of(ParseResult parsed, string? folder)
    {
        var data = FolderPaths.Of(folder);
        var given = parsed.GetValue(CommonOptions.Server);
        if (given is not null && folder is not null)
            throw new CommandRefusedException(ExitCodes.Invalid, "--server names a server and --data a folder of this machine; give one of them.");

        // A folder that is named goes before a server that only the environment names.
        var address = given ?? (folder is null ? FromEnvironment("SIGHTGLASS_SERVER") : null);
        var (token, file) = (parsed.GetValue(CommonOptions.Token), parsed.GetValue(CommonOptions.TokenFile));
        if (address is null)
        {
            return token is null && file is null
                ? new Target(data, null)
                : throw new CommandRefusedException(ExitCodes.Invalid, "A token is shown to a server; name it with --server URL.");
        }

        if (token is not null && file is not null) throw new CommandRefusedException(ExitCodes.Invalid, "Give --token or --token-file, not both.");
        token ??= file is null ? FromEnvironment("SIGHTGLASS_TOKEN") : ReadToken(file);
        var server = ServerAddress.Parse(address, token is null ? null : Checked(token));
        if (server.ExposesToken) StandardStreams.Open().Error.WriteLine($"Warning: {server.Shown} is not encrypted; whoever sits between here and there can read the token. Use https://.");
        return new Target(data, server);
    }

    /// <summary>Tells whether a command talks to a server.</summary>
    public static bool NamesServer(ParseResult parsed) =>
        parsed.GetValue(CommonOptions.Server) is not null || (parsed.GetValue(CommonOptions.Data) is null && FromEnvironment("SIGHTGLASS_SERVER") is not null);

    /// <summary>Refuses a folder of pipelines beside a server, which has its own.</summary>
    public Target Without(string? pipelines) => Server is null || pipelines is null
        ? this
        : throw new CommandRefusedException(ExitCodes.Invalid, "--pipelines names a folder of this machine, and the server has its own; leave it out.");

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string ReadToken(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            var buffer = new char[CliLimits.MaxTokenChars + 1];
            var length = reader.ReadBlock(buffer);
            var text = new string(buffer, 0, length).Trim();
            return text.Length > 0 ? text : throw new CommandRefusedException(ExitCodes.Invalid, $"The file '{path}' has no token in it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandRefusedException(ExitCodes.Invalid, $"The file of --token-file cannot be read: {error.Message}", error);
        }
    }

    private static string Checked(string token) =>
        token.Length <= CliLimits.MaxTokenChars && token.All(c => c is > ' ' and <= '~')
            ? token
            : throw new CommandRefusedException(ExitCodes.Invalid, $"The token is none: it is one word of at most {CliLimits.MaxTokenChars} letters, digits and signs.");
}
