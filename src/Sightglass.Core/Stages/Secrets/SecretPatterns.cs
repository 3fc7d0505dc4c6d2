using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sightglass.Core.Stages.Secrets;

/// <summary>
/// The forms in which a set of secrets may turn up in text: plain, base64 at each of its three alignments, URL-encoded and
/// JSON-escaped, line by line. Immutable; made once for an attempt and shared by its maskers.
/// </summary>
internal sealed class SecretPatterns
{
    public static readonly SecretPatterns None = new([]);

    private readonly byte[]?[][] _byFirst = new byte[256][][];
    private readonly SearchValues<string>? _search;

    private SecretPatterns(IReadOnlyCollection<byte[]> patterns)
    {
        if (patterns.Count == 0)
            return;
        Longest = patterns.Max(pattern => pattern.Length);
        foreach (var group in patterns.GroupBy(pattern => pattern[0]))
            _byFirst[group.Key] = [.. group.OrderByDescending(pattern => pattern.Length)];
        // The vectorised search exists for characters only; bytes are widened one to one for it.
        _search = SearchValues.Create([.. patterns.Select(Encoding.Latin1.GetString)], StringComparison.Ordinal);
    }

    public static ReadOnlySpan<byte> Mask => "***"u8;

    public bool IsEmpty => _search is null;

    /// <summary>Gets the length of the longest form, in bytes.</summary>
    public int Longest { get; }

    public static SecretPatterns Create(IEnumerable<string> secrets)
    {
        var patterns = new HashSet<string>(StringComparer.Ordinal);
        foreach (var secret in secrets)
        {
            var lines = secret.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
            foreach (var line in lines)
                AddForms(line, patterns);
            // Where a line is too short to be hidden for itself, at least the whole is.
            if (lines.Length > 1 && lines.Any(line => line.Length < SecretLimits.MinLength))
                AddForms(secret.Trim(), patterns);
        }

        return patterns.Count == 0 ? None : new SecretPatterns([.. patterns.Select(Encoding.Latin1.GetBytes)]);
    }

    /// <summary>Finds the first place where a form begins.</summary>
    /// <param name="widened">Text whose characters are bytes.</param>
    public int IndexIn(ReadOnlySpan<char> widened) => widened.IndexOfAny(_search!);

    /// <summary>Gets the length of the longest form that the text begins with, 0 for none.</summary>
    public int MatchAt(ReadOnlySpan<byte> text)
    {
        foreach (var pattern in _byFirst[text[0]] ?? [])
        {
            if (text.StartsWith(pattern))
                return pattern!.Length;
        }

        return 0;
    }

    /// <summary>Says whether the text is the beginning of a form that goes on after it.</summary>
    public bool IsBeginning(ReadOnlySpan<byte> text)
    {
        foreach (var pattern in _byFirst[text[0]] ?? [])
        {
            if (pattern!.Length <= text.Length)
                return false; // Longest first: the others are shorter still.
            if (pattern.AsSpan().StartsWith(text))
                return true;
        }

        return false;
    }

    /// <summary>Masks a whole text.</summary>
    public string MaskText(string text)
    {
        if (IsEmpty || text.Length < SecretLimits.MinLength)
            return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        return Contains(bytes) ? Encoding.UTF8.GetString(MaskAll(bytes).WrittenSpan) : text;
    }

    /// <summary>Masks the texts, names and numbers of a JSON value, and leaves it JSON.</summary>
    public ReadOnlyMemory<byte> MaskJson(ReadOnlyMemory<byte> json)
    {
        // An escape may hide a secret from the search in the raw bytes, so only escape-free text takes the short way.
        if (IsEmpty || json.IsEmpty || (!json.Span.Contains((byte)'\\') && !Contains(json.Span)))
            return json;
        var output = new ArrayBufferWriter<byte>(json.Length);
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 1024 });
        while (reader.Read())
            CopyToken(ref reader, writer);
        writer.Flush();
        return output.WrittenMemory;
    }

    private void CopyToken(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                writer.WritePropertyName(MaskText(reader.GetString()!));
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(MaskText(reader.GetString()!));
                break;
            case JsonTokenType.Number when Contains(reader.ValueSpan):
                writer.WriteStringValue(Mask);
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private bool Contains(ReadOnlySpan<byte> text)
    {
        var chars = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            Encoding.Latin1.GetChars(text, chars);
            return IndexIn(chars.AsSpan(0, text.Length)) >= 0;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars, clearArray: true);
        }
    }

    private ArrayBufferWriter<byte> MaskAll(ReadOnlySpan<byte> text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 16);
        var masker = new SecretMasker(this);
        masker.Push(text, output);
        masker.Flush(output);
        return output;
    }

    // Patterns are kept as Latin-1 texts, one character a byte, so that a set can tell which are the same.
    private static void AddForms(string secret, HashSet<string> patterns)
    {
        if (secret.Length < SecretLimits.MinLength)
            return;
        Add(secret);
        Add(JavaScriptEncoder.Default.Encode(secret));
        Add(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret));
        Add(secret.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal));
        var url = Uri.EscapeDataString(secret);
        foreach (var form in (string[])[url, LowerHex(url)])
        {
            Add(form);
            Add(form.Replace("%20", "+", StringComparison.Ordinal));
        }

        var bytes = Encoding.UTF8.GetBytes(secret);
        AddBase64(Convert.ToBase64String(bytes)); // With its last characters, which depend on nothing that follows.
        for (var lead = 0; lead < 3; lead++)
        {
            // Of the text around the secret nothing is known: only the characters that hold bits of the secret alone count.
            var base64 = Convert.ToBase64String([.. new byte[lead], .. bytes]);
            var first = ((lead * 8) + 5) / 6;
            AddBase64(base64[first..((lead + bytes.Length) * 8 / 6)]);
        }

        void AddBase64(string text)
        {
            Add(text);
            Add(text.Replace('+', '-').Replace('/', '_'));
        }

        void Add(string text) => patterns.Add(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));
    }

    private static string LowerHex(string url)
    {
        var chars = url.ToCharArray();
        for (var i = 0; i + 2 < chars.Length; i++)
        {
            if (chars[i] == '%')
                (chars[i + 1], chars[i + 2]) = (char.ToLowerInvariant(chars[i + 1]), char.ToLowerInvariant(chars[i + 2]));
        }

        return new string(chars);
    }
}
