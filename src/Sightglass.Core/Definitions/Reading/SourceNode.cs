namespace Sightglass.Core.Definitions;

/// <summary>What a value in a file is.</summary>
internal enum SourceKind
{
    Null,
    Boolean,
    Number,
    Text,
    List,
    Map,
}

/// <summary>One key of a map with its value.</summary>
internal readonly record struct SourceField(string Key, int Line, int Column, SourceNode Value);

/// <summary>A value in a file with its place. YAML aliases share nodes, so that a tree is never larger than its file.</summary>
internal sealed class SourceNode(SourceKind kind, int line, int column)
{
    public SourceKind Kind { get; } = kind;

    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>Gets a scalar as written; for text, the text.</summary>
    public string Text { get; init; } = "";

    public List<SourceNode> Items { get; } = kind == SourceKind.List ? [] : Nothing;

    public List<SourceField> Fields { get; } = kind == SourceKind.Map ? [] : NoFields;

    /// <summary>Gets how many values it is when all aliases are written out.</summary>
    public long Weight { get; set; } = 1;

    /// <summary>Gets how many characters it is when all aliases are written out.</summary>
    public long TextWeight { get; set; }

    /// <summary>Gets the levels of lists and maps in it, itself included.</summary>
    public int Height { get; set; }

    private static readonly List<SourceNode> Nothing = [];

    private static readonly List<SourceField> NoFields = [];

    public SourceNode? Find(string key)
    {
        foreach (var field in Fields)
        {
            if (field.Key == key) return field.Value;
        }

        return null;
    }

    /// <summary>Gives the kind as messages name it.</summary>
    public string KindName => Kind switch
    {
        SourceKind.Null => "nothing",
        SourceKind.Boolean => "true or false",
        SourceKind.Number => "a number",
        SourceKind.Text => "text",
        SourceKind.List => "a list",
        _ => "a map",
    };
}
