using Sightglass.Cli.Commands;

namespace Sightglass.Cli.DataFolder;

/// <summary>A file with a secret, which its owner alone may read.</summary>
internal static class OwnerFile
{
    /// <summary>Reads the first line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="CommandRefusedException">It cannot be read, others can read it, or its first line is empty.</exception>
    public static string ReadLine(string path, string option)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0)
                throw Refuse($"others can read '{path}'; make it readable by its owner only: chmod 600 '{path}'.");
            using var reader = new StreamReader(path);
            var buffer = new char[CliLimits.MaxSecretChars + 1];
            var length = reader.ReadBlock(buffer);
            var line = new string(buffer, 0, length).Split('\n')[0].TrimEnd('\r');
            if (line.Length > CliLimits.MaxSecretChars) throw Refuse($"the first line of '{path}' has more than {CliLimits.MaxSecretChars} characters.");
            return line.Length > 0 ? line : throw Refuse($"the first line of '{path}' is empty.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refuse($"'{path}' cannot be read: {error.Message}");
        }

        CommandRefusedException Refuse(string why) => new(ExitCodes.Invalid, $"{option}: {why}");
    }
}
