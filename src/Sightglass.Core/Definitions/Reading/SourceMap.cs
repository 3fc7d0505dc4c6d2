using System.Text;

namespace Sightglass.Core.Definitions;

/// <summary>Finds where in a file a member stands. Built when the first problem asks.</summary>
internal sealed class SourceMap(SourceNode? root, string text)
{
    private Dictionary<string, SourceNode>? _nodes;
    private string[]? _lines;

    // The lines of the text asked for last: one text may have many problems.
    private (SourceNode? Node, string[] Lines) _last = (null, []);

    /// <summary>Gets a map of a definition that stands in no file.</summary>
    public static SourceMap None { get; } = new(null, "");

    /// <summary>Gives the place of a member, or of what should hold it.</summary>
    public (int Line, int Column) Find(string path) => Node(path) is { } node ? (node.Line, node.Column) : (0, 0);

    /// <summary>Gives the place of a character of a text, as near as the way it is written allows.</summary>
    /// <param name="path">The member that holds the text.</param>
    /// <param name="line">The line in the text, from 1.</param>
    /// <param name="column">The column in that line, from 1.</param>
    public (int Line, int Column) Find(string path, int line, int column)
    {
        if (Node(path) is not { } node) return (0, 0);
        if (_last.Node != node) _last = (node, node.Text.Split('\n'));
        var lines = _last.Lines;
        if (line < 1 || line > lines.Length) return (node.Line, node.Column);
        _lines ??= text.Split('\n');
        var wanted = lines[line - 1];

        // A scalar of one line stands where it begins; a block scalar begins below its '|'. Escapes and folded lines
        // are not found and answer with the start of the scalar.
        var isBlock = node.Line <= _lines.Length && node.Column <= _lines[node.Line - 1].Length && _lines[node.Line - 1][node.Column - 1] is '|' or '>';
        var at = node.Line - 1 + (isBlock ? line : line - 1);
        if (at >= _lines.Length || wanted.Length == 0) return (node.Line, node.Column);
        var from = line == 1 && !isBlock ? Math.Min(node.Column - 1, _lines[at].Length) : 0;
        var start = _lines[at].IndexOf(wanted, from, StringComparison.Ordinal);
        return start < 0 ? (node.Line, node.Column) : (at + 1, start + column);
    }

    private SourceNode? Node(string path)
    {
        if (root is null) return null;
        _nodes ??= Index(root);
        for (var end = path.Length; end > 0; end = path.LastIndexOfAny(['.', '[', '/'], end - 1))
        {
            if (!_nodes.TryGetValue(path[..end], out var node)) continue;
            return end < path.Length && path[end] == '/' ? Walk(node, path[(end + 1)..]) : node;
        }

        return root;
    }

    /// <summary>Follows a JSON pointer as far as it goes.</summary>
    private static SourceNode Walk(SourceNode node, string pointer)
    {
        foreach (var part in pointer.Split('/'))
        {
            var key = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var next = node.Kind == SourceKind.List
                ? int.TryParse(key, out var index) && index < node.Items.Count ? node.Items[index] : null
                : node.Find(key);
            if (next is null) break;
            node = next;
        }

        return node;
    }

    private static Dictionary<string, SourceNode> Index(SourceNode root)
    {
        var nodes = new Dictionary<string, SourceNode>(StringComparer.Ordinal);
        var path = new StringBuilder();
        Add(root);
        return nodes;

        void Add(SourceNode node)
        {
            var length = path.Length;
            nodes.TryAdd(path.ToString(), node);
            foreach (var field in node.Fields)
            {
                path.Append(length == 0 ? "" : ".").Append(field.Key);
                Add(field.Value);
                path.Length = length;
            }

            for (var i = 0; i < node.Items.Count; i++)
            {
                path.Append('[').Append(i).Append(']');
                Add(node.Items[i]);
                path.Length = length;
            }
        }
    }
}
