using System.Text.Json;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.DataFolder;

/// <summary>What the owner of a data folder says of itself, in a file beside the lock: the lock file itself
/// cannot be opened by others.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Verb"><c>serve</c>, <c>run</c>, or the short command that has it for a moment.</param>
/// <param name="Socket">Where it listens; <see langword="null"/> until it does.</param>
/// <param name="Url">Its address for browsers, where it has one.</param>
internal sealed record FolderOwner(int Pid, string Verb, string? Socket, string? Url)
{
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("pid"u8, Pid);
            writer.WriteString("verb"u8, Verb);
            writer.WriteString("socket"u8, Socket);
            writer.WriteString("url"u8, Url);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Reads who has the folder; <see langword="null"/> where nobody says so. A process that was killed leaves its
    /// words behind, so only the lock and the socket are proof.</summary>
    public static FolderOwner? Read(FolderPaths paths)
    {
        try
        {
            // Whatever else lies there is no word of an owner.
            using var stream = new FileStream(paths.Owner, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > CliLimits.MaxOwnerBytes) return null;
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            return new FolderOwner(
                root.GetProperty("pid"u8).GetInt32(), root.GetProperty("verb"u8).GetString() ?? "",
                root.GetProperty("socket"u8).GetString(), root.GetProperty("url"u8).GetString());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Refuses a second owner.</summary>
    public static CommandRefusedException Refusal(FolderPaths paths) =>
        new(ExitCodes.Unavailable, $"The data folder '{paths.Folder}' is in use by {Describe(paths)}; wait until it ends, or choose another folder with --data.");

    /// <summary>Names the owner for a message.</summary>
    public static string Describe(FolderPaths paths) =>
        Read(paths) is { } owner ? $"process {owner.Pid} (sightglass {owner.Verb})" : "another process";
}
