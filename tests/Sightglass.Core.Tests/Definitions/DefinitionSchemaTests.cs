using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sightglass.Core.Definitions;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed partial class DefinitionSchemaTests
{
    private static readonly string File = Path.Combine(RepositoryFiles.Root, "docs", "reference", "pipeline.schema.json");

    [Fact]
    public void Schema_in_the_repository_is_that_of_the_model()
    {
        var schema = DefinitionSchema.Write(Describe);
        if (RepositoryFiles.IsRewriting)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(File)!);
            System.IO.File.WriteAllText(File, schema);
        }

        var found = System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File) : "";
        Assert.True(schema == found, $"docs/reference/pipeline.schema.json is stale: run this test with {RepositoryFiles.Rewrite}=1 and commit the file");
    }

    [Fact]
    public void Every_member_is_described()
    {
        using var schema = JsonDocument.Parse(DefinitionSchema.Write(Describe));

        var without = schema.RootElement.GetProperty("$defs").EnumerateObject()
            .SelectMany(type => type.Value.GetProperty("properties").EnumerateObject().Select(member => (Type: type.Name, Member: member)))
            .Where(pair => !pair.Member.Value.TryGetProperty("description", out _))
            .Select(pair => $"{pair.Type}.{pair.Member.Name}");
        Assert.Empty(without);
    }

    [Fact]
    public void Every_key_of_the_format_is_in_the_schema()
    {
        using var schema = JsonDocument.Parse(DefinitionSchema.Write(Describe));
        var definition = DefinitionReader.Read(Read.Sample("every-feature.yaml"), "a.yaml").Definition!;
        using var written = JsonDocument.Parse(DefinitionWriter.ToJson(definition));

        var stage = schema.RootElement.GetProperty("$defs").GetProperty("stage").GetProperty("properties");
        Assert.All(
            written.RootElement.GetProperty("stages").EnumerateArray().SelectMany(item => item.EnumerateObject()),
            member => Assert.True(stage.TryGetProperty(member.Name, out _), member.Name));
        Assert.Equal("#/$defs/trigger", stage.GetProperty("triggers").GetProperty("$ref").GetString());
        Assert.Equal(1_000, schema.RootElement.GetProperty("$defs").GetProperty("retry").GetProperty("properties").GetProperty("maxAttempts").GetProperty("maximum").GetInt32());
    }

    /// <summary>Takes what the XML documentation of the model says, the one place where it is said.</summary>
    private static string? Describe(Type type, string? member)
    {
        var key = member is null ? $"T:{type.FullName}" : $"P:{type.FullName}.{member}";
        if (!Documentation.Value.TryGetValue(key, out var element)) return null;
        var summary = Plain(element.Element("summary")!);
        if (summary.StartsWith("Gets ", StringComparison.Ordinal)) summary = char.ToUpperInvariant(summary[5]) + summary[6..];
        return element.Element("value") is { } value ? $"{summary} Default: {Plain(value)}" : summary;
    }

    private static readonly Lazy<Dictionary<string, XElement>> Documentation = new(() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Sightglass.Core.xml")).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value));

    private static string Plain(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XElement { Name.LocalName: "see" } see => see.Attribute("cref")!.Value.Split('.')[^1] is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "",
                XElement inner => inner.Value,
                _ => node.ToString(),
            });
        }

        return Space().Replace(text.ToString().Replace("&gt;", ">", StringComparison.Ordinal).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
