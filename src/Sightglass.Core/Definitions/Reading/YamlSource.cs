using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sightglass.Core.Definitions;

/// <summary>Reads YAML into source nodes from the parser's events, one at a time, so that every limit is checked before
/// the parser goes deeper.</summary>
internal sealed class YamlSource
{
    private readonly Parser _parser;
    private readonly ProblemList _problems;
    private readonly Dictionary<string, SourceNode> _anchors = new(StringComparer.Ordinal);
    private readonly SourcePath _path = new();
    private long _aliasedValues;
    private long _aliasedText;

    private YamlSource(string text, ProblemList problems)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _problems = problems;
    }

    /// <summary>Reads the one document of a file; null where there is none.</summary>
    /// <exception cref="SourceException">The rest of the file cannot be understood.</exception>
    public static SourceNode? Read(string text, ProblemList problems)
    {
        var source = new YamlSource(text, problems);
        try
        {
            return source.ReadDocument();
        }
        catch (SourceException)
        {
            throw;
        }
        catch (YamlException error)
        {
            throw new SourceException(ProblemCodes.BadYaml, "this is not YAML: " + Tidy(error.Message), null, Line(error.Start), Column(error.Start));
        }
        catch (Exception error)
        {
            // The parser answers some noise with exceptions of other kinds; to the author it is all one.
            var at = source._parser.Current?.End ?? Mark.Empty;
            throw new SourceException(ProblemCodes.BadYaml, "this is not YAML: " + Tidy(error.Message), null, Line(at), Column(at));
        }
    }

    private static string Tidy(string message)
    {
        // "(Line: 1, Col: 2, Idx: 3) - (Line: …): While scanning …": the position is told separately.
        var end = message.StartsWith("(Line:", StringComparison.Ordinal) ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        var text = end < 0 ? message : message[(end + 3)..];
        if (text.Length > 200) text = text[..200];
        return text.TrimEnd('.').Replace('\n', ' ');
    }

    private static int Line(in Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue);

    private static int Column(in Mark mark) => (int)Math.Clamp(mark.Column, 1, int.MaxValue);

    private SourceNode? ReadDocument()
    {
        SourceNode? root = null;
        var documents = 0;
        while (_parser.MoveNext())
        {
            switch (_parser.Current)
            {
                case DocumentStart start when ++documents > 1:
                    throw new SourceException(ProblemCodes.SeveralDocuments, "the file holds more than one YAML document", "put each pipeline into a file of its own", Line(start.Start), Column(start.Start));
                case NodeEvent or AnchorAlias:
                    root = ReadNode(0);
                    break;
            }
        }

        return root;
    }

    private ParsingEvent Next()
    {
        if (!_parser.MoveNext() || _parser.Current is null) throw new SourceException(ProblemCodes.BadYaml, "this is not YAML: the file ends too early", null, 1, 1);
        return _parser.Current;
    }

    /// <summary>Reads the value that begins with the current event.</summary>
    private SourceNode ReadNode(int depth)
    {
        var current = _parser.Current!;
        var line = Line(current.Start);
        var column = Column(current.Start);
        switch (current)
        {
            case AnchorAlias alias:
                return ReadAlias(alias, depth);
            case Scalar scalar:
                return Anchored(scalar, ReadScalar(scalar, line, column));
            case SequenceStart sequence:
                CheckDepth(depth, line, column);
                RefuseTag(sequence, "tag:yaml.org,2002:seq");
                return Anchored(sequence, ReadList(new SourceNode(SourceKind.List, line, column), depth));
            case MappingStart mapping:
                CheckDepth(depth, line, column);
                RefuseTag(mapping, "tag:yaml.org,2002:map");
                return Anchored(mapping, ReadMap(new SourceNode(SourceKind.Map, line, column), depth));
            default:
                throw new SourceException(ProblemCodes.BadYaml, "this is not YAML: a value is missing", null, line, column);
        }
    }

    private SourceNode ReadList(SourceNode list, int depth)
    {
        while (Next() is not SequenceEnd)
        {
            _path.Enter(list.Items.Count);
            var item = ReadNode(depth + 1);
            _path.Leave();
            list.Items.Add(item);
            Count(list, item);
        }

        return list;
    }

    private SourceNode ReadMap(SourceNode map, int depth)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<SourceNode>? merged = null;
        while (Next() is not MappingEnd)
        {
            var line = Line(_parser.Current!.Start);
            var column = Column(_parser.Current.Start);
            if (_parser.Current is not Scalar scalar)
            {
                throw new SourceException(ProblemCodes.BadKey, "a key must be a text", "write 'key: value'", line, column);
            }

            RefuseTag(scalar, "tag:yaml.org,2002:str");
            var key = scalar.Value;
            if (key.Length > DefinitionLimits.KeyLength) throw new SourceException(ProblemCodes.BadKey, $"a key has more than {DefinitionLimits.KeyLength} characters", null, line, column);
            Next();
            _path.Enter(key);
            var value = ReadNode(depth + 1);
            if (key == "<<" && scalar.Style == ScalarStyle.Plain)
            {
                (merged ??= []).Add(value);
            }
            else if (!seen.Add(key))
            {
                _problems.Add(ProblemCodes.DuplicateKey, $"the key '{key}' is given twice", "remove one of them", _path.ToString(), line, column);
            }
            else
            {
                map.Fields.Add(new SourceField(key, line, column, value));
                map.TextWeight += key.Length;
                Count(map, value);
            }

            _path.Leave();
        }

        if (merged is not null) Merge(map, merged, seen);
        return map;
    }

    /// <summary>Adds the fields of the maps under <c>&lt;&lt;</c>; keys written out win, then earlier maps.</summary>
    private void Merge(SourceNode map, List<SourceNode> merged, HashSet<string> seen)
    {
        foreach (var value in merged)
        {
            foreach (var source in value.Kind == SourceKind.List ? value.Items : [value])
            {
                if (source.Kind != SourceKind.Map)
                {
                    _problems.Add(ProblemCodes.WrongType, $"'<<' expected a map or a list of maps, found {source.KindName}", "name an anchor: '<<: *defaults'", _path.ToString(), source.Line, source.Column);
                    continue;
                }

                foreach (var field in source.Fields)
                {
                    Spend(1, field.Key.Length, source.Line, source.Column);
                    if (!seen.Add(field.Key)) continue;
                    Spend(field.Value.Weight, field.Value.TextWeight, source.Line, source.Column);
                    map.Fields.Add(field);
                    map.TextWeight += field.Key.Length;
                    Count(map, field.Value);
                }
            }
        }
    }

    private SourceNode ReadAlias(AnchorAlias alias, int depth)
    {
        var line = Line(alias.Start);
        var column = Column(alias.Start);
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
        {
            throw new SourceException(ProblemCodes.UnknownAlias, $"the alias '*{alias.Value.Value}' names no anchor that stands before it", Nearest.Phrase(alias.Value.Value, _anchors.Keys), line, column);
        }

        if (depth + node.Height > DefinitionLimits.Depth) CheckDepth(DefinitionLimits.Depth, line, column);
        Spend(node.Weight, node.TextWeight, line, column);
        return node;
    }

    private void Spend(long values, long text, int line, int column)
    {
        _aliasedValues += values;
        _aliasedText += text;
        if (_aliasedValues > DefinitionLimits.AliasedValues || _aliasedText > DefinitionLimits.AliasedText)
        {
            throw new SourceException(ProblemCodes.AliasLimit, $"the aliases of this file stand for more than {DefinitionLimits.AliasedValues:N0} values or 1 MB of text", "write out what differs, or split the pipeline", line, column);
        }
    }

    private SourceNode Anchored(NodeEvent node, SourceNode value)
    {
        // Known only when complete: an alias inside its own anchor would be a value without an end.
        if (!node.Anchor.IsEmpty) _anchors[node.Anchor.Value] = value;
        return value;
    }

    private static SourceNode ReadScalar(Scalar scalar, int line, int column)
    {
        var kind = scalar.Style == ScalarStyle.Plain ? PlainScalar.KindOf(scalar.Value) : SourceKind.Text;
        if (!scalar.Tag.IsEmpty) kind = Tagged(scalar, line, column);
        return new SourceNode(kind, line, column) { Text = scalar.Value, TextWeight = scalar.Value.Length };
    }

    private static SourceKind Tagged(Scalar scalar, int line, int column)
    {
        if (scalar.Tag.IsNonSpecific) return SourceKind.Text;
        SourceKind? wanted = scalar.Tag.Value switch
        {
            "tag:yaml.org,2002:str" => SourceKind.Text,
            "tag:yaml.org,2002:int" or "tag:yaml.org,2002:float" => SourceKind.Number,
            "tag:yaml.org,2002:bool" => SourceKind.Boolean,
            "tag:yaml.org,2002:null" => SourceKind.Null,
            _ => null,
        };
        if (wanted is null) throw Refused(scalar);
        if (wanted == SourceKind.Text) return SourceKind.Text;
        var found = PlainScalar.KindOf(scalar.Value);
        return found == wanted
            ? found
            : throw new SourceException(ProblemCodes.WrongType, $"'{Short(scalar.Value)}' is not what its tag says", "remove the tag", line, column);
    }

    private static void RefuseTag(NodeEvent node, string allowed)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && node.Tag.Value != allowed) throw Refused(node);
    }

    private static SourceException Refused(NodeEvent node) =>
        new(ProblemCodes.TagRefused, $"the tag '{Short(node.Tag.Value)}' is not allowed in a pipeline file", "remove the tag", Line(node.Start), Column(node.Start));

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static void Count(SourceNode parent, SourceNode child)
    {
        parent.Weight += child.Weight;
        parent.TextWeight += child.TextWeight;
        parent.Height = Math.Max(parent.Height, child.Height + 1);
    }

    private static void CheckDepth(int depth, int line, int column)
    {
        if (depth >= DefinitionLimits.Depth)
        {
            throw new SourceException(ProblemCodes.TooDeep, $"something is nested more than {DefinitionLimits.Depth} levels deep", "flatten it", line, column);
        }
    }
}
