using System.Collections.Concurrent;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>What a value of the file may be.</summary>
internal enum ShapeKind
{
    Text,
    Boolean,
    Integer,
    Number,
    Duration,
    Choice,
    Any,
    List,
    Map,
    Object,
}

/// <summary>One member of an object.</summary>
internal sealed record ShapeMember(string Name, Shape Shape, Type Owner, string ClrName);

/// <summary>
/// The shape of a part of the file, taken from the metadata that the JSON source generator made of the model, so that
/// the reader, the schema and the model cannot disagree.
/// </summary>
internal sealed class Shape
{
    private static readonly ConcurrentDictionary<Type, Shape> Known = new();

    private readonly Lazy<IReadOnlyList<ShapeMember>> _members;
    private readonly Lazy<JsonElement> _defaults;

    private Shape(ShapeKind kind, Type type, Shape? item = null, IReadOnlyList<string>? choices = null)
    {
        Kind = kind;
        Type = type;
        Item = item;
        Choices = choices ?? [];
        _members = new Lazy<IReadOnlyList<ShapeMember>>(() => Kind == ShapeKind.Object ? MembersOf(type) : []);
        _defaults = new Lazy<JsonElement>(() => DefaultsOf(type));
    }

    public static Shape Pipeline => Of(typeof(PipelineDefinition));

    public ShapeKind Kind { get; }

    public Type Type { get; }

    /// <summary>Gets the shape of the items of a list or the values of a map.</summary>
    public Shape? Item { get; }

    /// <summary>Gets the words that are allowed.</summary>
    public IReadOnlyList<string> Choices { get; }

    /// <summary>Gets the members of an object, in the order of the model.</summary>
    public IReadOnlyList<ShapeMember> Members => _members.Value;

    /// <summary>Gets an object of which nothing was set, as JSON.</summary>
    public JsonElement Defaults => _defaults.Value;

    public ShapeMember? Member(string name)
    {
        foreach (var member in Members)
        {
            if (member.Name == name) return member;
        }

        return null;
    }

    public static Shape Of(Type type) => Known.GetOrAdd(type, Make);

    private static Shape Make(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain != type) return Of(plain);
        if (type == typeof(string)) return new Shape(ShapeKind.Text, type);
        if (type == typeof(bool)) return new Shape(ShapeKind.Boolean, type);
        if (type == typeof(int) || type == typeof(long)) return new Shape(ShapeKind.Integer, type);
        if (type == typeof(double)) return new Shape(ShapeKind.Number, type);
        if (type == typeof(Duration)) return new Shape(ShapeKind.Duration, type);
        if (type == typeof(JsonElement)) return new Shape(ShapeKind.Any, type);
        if (type.IsEnum) return new Shape(ShapeKind.Choice, type, null, [.. Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName)]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return new Shape(ShapeKind.List, type, Of(type.GenericTypeArguments[0]));
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return new Shape(ShapeKind.Map, type, Of(type.GenericTypeArguments[1]));
        }

        return new Shape(ShapeKind.Object, type);
    }

    // Made when first asked for and not with the shape: a trigger holds triggers.
    private static List<ShapeMember> MembersOf(Type type)
    {
        var info = DefinitionJson.Context.GetTypeInfo(type) ?? throw new InvalidOperationException($"{type.Name} is no part of the pipeline file");
        var members = new List<ShapeMember>(info.Properties.Count);
        foreach (var property in info.Properties)
        {
            if (property.IsExtensionData || property.Get is null || property.Set is null) continue;
            members.Add(new ShapeMember(property.Name, Of(property.PropertyType), type, char.ToUpperInvariant(property.Name[0]) + property.Name[1..]));
        }

        return members;
    }

    private static JsonElement DefaultsOf(Type type)
    {
        var info = DefinitionJson.Context.GetTypeInfo(type)!;
        return JsonSerializer.SerializeToElement(info.CreateObject!(), info);
    }
}
