using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sightglass.Core.Tests.Expressions.Conformance;

/// <summary>Which public cases do not apply, by what they hold and never by their name.</summary>
internal static partial class ConformanceRules
{
    public const string TypeChecker = "asks the static type checker only";
    public const string Message = "needs protobuf messages or enums";
    public const string OtherParser = "asks for a limit of the reference parser, a name of its own, or an optional part of the syntax to be off";

    private static readonly string[] TimeTypes = ["google.protobuf.Timestamp", "google.protobuf.Duration"];

    /// <summary>The reason why an evaluated case does not apply, or null.</summary>
    public static string? WhyNotEvaluated(ConformanceCase one)
    {
        if (one.Get("checkOnly")?.GetBoolean() == true)
            return TypeChecker;
        return MentionsMessages(one.Expression) || HoldsMessages(one.Original) ? Message : null;
    }

    /// <summary>The reason why a parsed case does not apply, or null.</summary>
    public static string? WhyNotParsed(ConformanceCase one)
    {
        if (one.Error.Contains("unsupported syntax", StringComparison.Ordinal) || one.Error.Contains("limit exceeded", StringComparison.Ordinal)
            || one.Error.Contains("max recursion", StringComparison.Ordinal) || one.Error.Contains("accumulator variable", StringComparison.Ordinal))
            return OtherParser;
        return one.HasTree && MentionsMessages(one.Expression) ? Message : null;
    }

    private static bool MentionsMessages(string expression)
    {
        var code = Literals().Replace(expression, "''");
        return Construction().IsMatch(code) || ProtobufNames().IsMatch(code);
    }

    private static bool HoldsMessages(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                return element.EnumerateArray().Any(HoldsMessages);
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    if (member.Name == "enumValue")
                        return true;
                    if (member.Name is "messageType" or "@type" && !TimeTypes.Any(type => member.Value.GetString()!.EndsWith(type, StringComparison.Ordinal)))
                        return true;
                    if (HoldsMessages(member.Value))
                        return true;
                }

                return false;
            default:
                return false;
        }
    }

    [GeneratedRegex("""[bB]?[rR]("{3}|'{3})[\s\S]*?\1|[bB]?[rR]("|').*?\2|("{3}|'{3})(\\[\s\S]|[\s\S])*?\3|("|')(\\.|.)*?\5|//.*""")]
    private static partial Regex Literals();

    // A name before a brace makes a message; 'in' before one makes a map.
    [GeneratedRegex(@"(?!in\b)\b[A-Za-z_][\w]*\s*\{")]
    private static partial Regex Construction();

    [GeneratedRegex(@"\b(TestAllTypes|NestedTestAllTypes|GlobalEnum|NestedEnum|proto\s*\.\s*(hasExt|getExt))\b|google\.protobuf\.(?!Timestamp\b|Duration\b)")]
    private static partial Regex ProtobufNames();
}
