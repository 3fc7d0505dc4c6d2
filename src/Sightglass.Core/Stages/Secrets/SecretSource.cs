using System.Collections;
using System.Collections.Frozen;
using System.Text.Json;

namespace Sightglass.Core.Stages.Secrets;

/// <summary>
/// The secrets a worker has: environment variables named <c>SIGHTGLASS_SECRET_NAME</c>, and the lines of a file that only
/// its owner can read. The environment wins. Values stay here until a stage is built.
/// </summary>
public sealed class SecretSource
{
    /// <summary>The beginning of the environment variables that hold secrets; the rest is the secret's name.</summary>
    public const string Prefix = "SIGHTGLASS_SECRET_";

    private readonly FrozenDictionary<string, string> _values;

    private SecretSource(IEnumerable<KeyValuePair<string, string>> values) => _values = values.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Gets a source without secrets.</summary>
    public static SecretSource Empty { get; } = new([]);

    /// <summary>Gets the names, for validation and completion.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    internal IReadOnlyCollection<string> Values => _values.Values;

    /// <summary>Reads this process's environment and, where it exists, a file.</summary>
    /// <param name="file">The file's path: <c>NAME=value</c> lines, or a JSON object of texts when the name ends in
    /// <c>.json</c>. Null reads the environment only.</param>
    /// <exception cref="SecretFileException">The file can be read by others, is too large, or is not in its format.</exception>
    public static SecretSource Load(string? file = null) => Load(file, Environment.GetEnvironmentVariables());

    /// <summary>Makes a source of given values, for programs that keep their secrets elsewhere.</summary>
    public static SecretSource Of(IEnumerable<KeyValuePair<string, string>> values) => new(values);

    /// <summary>Gets a secret's value.</summary>
    public bool TryGet(string name, out string value) => _values.TryGetValue(name, out value!);

    internal static SecretSource Load(string? file, IDictionary environment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (file is not null && File.Exists(file))
            Read(file, values);
        foreach (DictionaryEntry entry in environment)
        {
            if (entry is { Key: string key, Value: string value } && key.Length > Prefix.Length && key.StartsWith(Prefix, StringComparison.Ordinal))
                values[key[Prefix.Length..]] = value;
        }

        return new SecretSource(values);
    }

    private static void Read(string path, Dictionary<string, string> values)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        // Asked of the open file, so that it cannot be exchanged between the question and the reading.
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
            if ((File.GetUnixFileMode(stream.SafeFileHandle) & others) != 0)
                throw new SecretFileException($"The secrets file '{path}' can be read or changed by other users; run: chmod 600 '{path}'");
        }

        if (stream.Length > SecretLimits.MaxFileBytes)
            throw new SecretFileException($"The secrets file '{path}' is larger than 1 MB; keep only secrets in it.");
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            ReadJson(path, stream, values);
        else
            ReadLines(path, stream, values);
    }

    private static void ReadJson(string path, FileStream stream, Dictionary<string, string> values)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new SecretFileException($"The secrets file '{path}' must hold one JSON object of texts.");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind != JsonValueKind.String)
                    throw new SecretFileException($"The value of '{property.Name}' in the secrets file '{path}' must be a text; put it in quotes.");
                values[property.Name] = property.Value.GetString()!;
            }
        }
        catch (JsonException e)
        {
            // The parser's own message may quote the text around the fault.
            throw new SecretFileException($"The secrets file '{path}' is no JSON; see line {e.LineNumber + 1}.");
        }
    }

    private static void ReadLines(string path, FileStream stream, Dictionary<string, string> values)
    {
        using var reader = new StreamReader(stream);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            line = line.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line[7..].TrimStart();
            var equals = line.IndexOf('=');
            if (equals <= 0)
                throw new SecretFileException($"Line {number} of the secrets file '{path}' must read NAME=value.");
            values[line[..equals].TrimEnd()] = Unquote(line[(equals + 1)..].TrimStart());
        }
    }

    // "a\nb" has escapes, 'a\nb' has none, as in a shell.
    private static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] != value[^1] || value[0] is not ('"' or '\''))
            return value;
        var inner = value[1..^1];
        return value[0] == '\'' ? inner
            : inner.Replace("\\\\", "\0", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal).Replace('\0', '\\');
    }
}
