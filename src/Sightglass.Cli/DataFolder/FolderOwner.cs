using System.Text.Json;

namespace Sightglass.Cli.DataFolder;

/// <summary>What the owner of a data folder writes into its lock file.</summary>
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

    /// <summary>Reads what stands in a lock file; <see langword="null"/> while it is being written, or is somebody else's.</summary>
    public static FolderOwner? Read(string path)
    {
        try
        {
            // Sharing everything takes no lock, so reading cannot be in the way of an owner that starts.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1024);
            if (stream.Length is 0 or > 64 * 1024) return null;
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
}
