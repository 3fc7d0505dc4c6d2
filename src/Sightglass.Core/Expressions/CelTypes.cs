using System.Collections.Frozen;

namespace Sightglass.Core.Expressions;

/// <summary>The names of types, which are also identifiers of the language.</summary>
internal static class CelTypes
{
    internal const string Timestamp = "google.protobuf.Timestamp";
    internal const string Duration = "google.protobuf.Duration";

    private static readonly FrozenDictionary<string, CelValue> Denotations = new[]
    {
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type", Timestamp, Duration,
    }.ToFrozenDictionary(name => name, CelValue.Type, StringComparer.Ordinal);

    internal static string NameOf(CelKind kind) => kind switch
    {
        CelKind.Null => "null_type",
        CelKind.Bool => "bool",
        CelKind.Int => "int",
        CelKind.Uint => "uint",
        CelKind.Double => "double",
        CelKind.String => "string",
        CelKind.Bytes => "bytes",
        CelKind.List => "list",
        CelKind.Map => "map",
        CelKind.Timestamp => Timestamp,
        CelKind.Duration => Duration,
        CelKind.Type => "type",
        CelKind.Optional => "optional_type",
        CelKind.Opaque => "secret",
        _ => "error",
    };

    /// <summary>Whether a name with dots ends like this.</summary>
    internal static bool EndsDotted(string field) => field is "Timestamp" or "Duration";

    internal static bool TryGet(string name, out CelValue type) => Denotations.TryGetValue(name, out type);
}
