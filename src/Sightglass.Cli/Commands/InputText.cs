using System.Text;
using System.Text.Json;

namespace Sightglass.Cli.Commands;

/// <summary>Texts that the user gives on the command line, in a file (<c>@FILE</c>) or on standard input (<c>@-</c>).</summary>
internal static class InputText
{
    public static string? Read(string? given, string option)
    {
        if (given is null || !given.StartsWith('@')) return given;
        var path = given[1..];
        try
        {
            using var stream = path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bounded = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                bounded.Write(buffer, 0, read);
                if (bounded.Length > CliLimits.MaxInputBytes) throw new CommandRefusedException(ExitCodes.Invalid, $"{option} is larger than 10 MB; give the path of the file as a text instead.");
            }

            var bytes = bounded.GetBuffer().AsSpan(0, (int)bounded.Length);
            if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
            return Encoding.UTF8.GetString(bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandRefusedException(ExitCodes.Invalid, $"The file of {option} cannot be read: {error.Message} To give a text that begins with '@', write it into a file.", error);
        }
    }

    /// <summary>Makes the input of a run: a JSON object where the text is one, else the text itself.</summary>
    public static JsonElement? ToInput(string? text)
    {
        if (text is null) return null;
        if (text.AsSpan().TrimStart().StartsWith("{"))
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // A text may well begin with a brace.
            }
        }

        return JsonElement.Parse(JsonSerializer.SerializeToUtf8Bytes(text, CliJsonContext.Default.String));
    }

    /// <summary>Splits <c>name=value</c> pairs.</summary>
    public static Dictionary<string, string> ReadPairs(string[]? given, string option)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in given ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new CommandRefusedException(ExitCodes.Invalid, $"{option} expected name=value, found '{pair}'.");
            pairs[pair[..equals]] = Read(pair[(equals + 1)..], option)!;
        }

        return pairs;
    }
}
