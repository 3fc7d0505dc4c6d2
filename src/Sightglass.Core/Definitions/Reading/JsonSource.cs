using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Reads JSON into source nodes.</summary>
internal ref struct JsonSource
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly ProblemList _problems;
    private readonly SourcePath _path = new();
    private Utf8JsonReader _reader;

    // The position of _offset, moved on with the reader: counting from the start each time would be quadratic.
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    private JsonSource(ReadOnlySpan<byte> utf8, ProblemList problems)
    {
        _utf8 = utf8;
        _problems = problems;

        // One level more than allowed, so that ours is the message about depth.
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DefinitionLimits.Depth + 2 });
    }

    /// <summary>Reads a file of valid UTF-8.</summary>
    /// <exception cref="SourceException">The rest of the file cannot be understood.</exception>
    public static SourceNode Read(ReadOnlySpan<byte> utf8, ProblemList problems)
    {
        var source = new JsonSource(utf8, problems);
        try
        {
            source._reader.Read();
            var root = source.ReadNode(0);
            source._reader.Read();
            return root;
        }
        catch (JsonException error)
        {
            throw source.Syntax(error);
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair, the only thing a token can hold that is no text.
            source.Move();
            throw new SourceException(ProblemCodes.BadJson, "this text holds half of a surrogate pair", null, source._line, source._column);
        }
    }

    private readonly SourceException Syntax(JsonException error)
    {
        var message = error.Message;
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (end >= 0) message = message[..end];
        var line = (int)(error.LineNumber ?? 0);
        var start = 0;
        for (var passed = 0; passed < line; passed++)
        {
            var next = _utf8[start..].IndexOf((byte)'\n');
            if (next < 0) break;
            start += next + 1;
        }

        var bytes = (int)Math.Min(error.BytePositionInLine ?? 0, _utf8.Length - start);
        return new SourceException(ProblemCodes.BadJson, "this is not JSON: " + message.TrimEnd('.'), null, line + 1, Encoding.UTF8.GetCharCount(_utf8.Slice(start, bytes)) + 1);
    }

    private SourceNode ReadNode(int depth)
    {
        Move();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartArray:
                CheckDepth(depth);
                return ReadList(new SourceNode(SourceKind.List, _line, _column), depth);
            case JsonTokenType.StartObject:
                CheckDepth(depth);
                return ReadMap(new SourceNode(SourceKind.Map, _line, _column), depth);
            case JsonTokenType.String:
                return new SourceNode(SourceKind.Text, _line, _column) { Text = _reader.GetString()! };
            case JsonTokenType.Number:
                return ReadNumber();
            case JsonTokenType.True:
                return new SourceNode(SourceKind.Boolean, _line, _column) { Text = "true" };
            case JsonTokenType.False:
                return new SourceNode(SourceKind.Boolean, _line, _column) { Text = "false" };
            default:
                return new SourceNode(SourceKind.Null, _line, _column) { Text = "null" };
        }
    }

    private readonly SourceNode ReadNumber()
    {
        var text = Encoding.ASCII.GetString(_reader.ValueSpan);
        if (text.Length > 400 || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            throw new SourceException(ProblemCodes.OutOfRange, "this number is too large", null, _line, _column);
        }

        return new SourceNode(SourceKind.Number, _line, _column) { Text = text };
    }

    private SourceNode ReadList(SourceNode list, int depth)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            _path.Enter(list.Items.Count);
            list.Items.Add(ReadNode(depth + 1));
            _path.Leave();
        }

        return list;
    }

    private SourceNode ReadMap(SourceNode map, int depth)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            Move();
            var (line, column) = (_line, _column);
            var key = _reader.GetString()!;
            if (key.Length > DefinitionLimits.KeyLength) throw new SourceException(ProblemCodes.BadKey, $"a key has more than {DefinitionLimits.KeyLength} characters", null, line, column);
            _reader.Read();
            _path.Enter(key);
            var value = ReadNode(depth + 1);
            if (seen.Add(key)) map.Fields.Add(new SourceField(key, line, column, value));
            else _problems.Add(ProblemCodes.DuplicateKey, $"the key '{key}' is given twice", "remove one of them", _path.ToString(), line, column);
            _path.Leave();
        }

        return map;
    }

    private readonly void CheckDepth(int depth)
    {
        if (depth >= DefinitionLimits.Depth)
        {
            throw new SourceException(ProblemCodes.TooDeep, $"something is nested more than {DefinitionLimits.Depth} levels deep", "flatten it", _line, _column);
        }
    }

    private void Move()
    {
        var passed = _utf8[_offset..(int)_reader.TokenStartIndex];
        _offset = (int)_reader.TokenStartIndex;
        for (var end = passed.IndexOf((byte)'\n'); end >= 0; end = passed.IndexOf((byte)'\n'))
        {
            _line++;
            _column = 1;
            passed = passed[(end + 1)..];
        }

        _column += Encoding.UTF8.GetCharCount(passed);
    }
}
