using System.Text;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Writes JSON values as YAML the way people write it: blocks, short lists in one line, scripts as literals.</summary>
internal sealed class YamlWriter
{
    private const int LongestLine = 80;

    // A YAML parser looks for the ':' of a key this far and no farther.
    private const int LongestKey = 900;

    private readonly StringBuilder _text = new();

    public static string Write(JsonElement root)
    {
        var writer = new YamlWriter();
        if (root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Any()) writer.WriteMap(root, 0, false);
        else writer._text.Append("{}\n");
        return writer._text.ToString();
    }

    /// <summary>Writes the members, the first of them behind a <c>- </c> that stands already where that is said.</summary>
    private void WriteMap(JsonElement map, int indent, bool isBegun)
    {
        foreach (var member in map.EnumerateObject())
        {
            if (!isBegun) _text.Append(' ', indent);
            isBegun = false;
            var key = YamlScalar.Inline(member.Name);
            if (key.Length > LongestKey)
            {
                _text.Append("? ").Append(key).Append('\n').Append(' ', indent).Append(':');
            }
            else
            {
                _text.Append(key).Append(':');
            }

            WriteValue(member.Value, indent, false);
        }
    }

    private void WriteList(JsonElement list, int indent, bool isBegun)
    {
        foreach (var item in list.EnumerateArray())
        {
            if (!isBegun) _text.Append(' ', indent);
            isBegun = false;
            _text.Append('-');
            WriteValue(item, indent, true);
        }
    }

    /// <summary>Writes a value behind its key or dash, and the end of the line.</summary>
    private void WriteValue(JsonElement value, int indent, bool isItem)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                if (isItem) _text.Append(' ');
                else _text.Append('\n');
                WriteMap(value, indent + 2, isItem);
                break;
            case JsonValueKind.Object:
                _text.Append(" {}\n");
                break;
            case JsonValueKind.Array when Flow(value) is { } flow:
                _text.Append(' ').Append(flow).Append('\n');
                break;
            case JsonValueKind.Array:
                if (isItem) _text.Append(' ');
                else _text.Append('\n');
                WriteList(value, indent + 2, isItem);
                break;
            case JsonValueKind.String when YamlScalar.IsLiteral(value.GetString()!):
                WriteLiteral(value.GetString()!, indent + 2);
                break;
            default:
                _text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    private void WriteLiteral(string text, int indent)
    {
        var isClosed = text.EndsWith('\n');
        _text.Append(isClosed ? " |\n" : " |-\n");
        foreach (var line in (isClosed ? text[..^1] : text).Split('\n'))
        {
            if (line.Length > 0) _text.Append(' ', indent).Append(line);
            _text.Append('\n');
        }
    }

    private static string? Flow(JsonElement list)
    {
        var length = 0;
        var parts = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return null;
            parts.Add(Scalar(item));
            length += parts[^1].Length + 2;
            if (length > LongestLine) return null;
        }

        return $"[{string.Join(", ", parts)}]";
    }

    private static string Scalar(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? YamlScalar.Inline(value.GetString()!) : value.GetRawText();
}
