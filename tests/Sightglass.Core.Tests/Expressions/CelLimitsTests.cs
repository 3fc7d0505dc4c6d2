using System.Globalization;
using System.Reflection;
using Sightglass.Core.Definitions;
using Sightglass.Core.Expressions;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

public sealed class CelLimitsTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "reference", "expressions.md"));

    public static TheoryData<string, string> Limits => [.. new[] { typeof(CelLimits), typeof(JsonSchemaLimits) }
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Where(limit => limit.Name != nameof(JsonSchemaLimits.MaxQuoted))
        .Select(limit => (limit.Name, Convert.ToInt64(limit.GetRawConstantValue(), CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture)))];

    [Theory]
    [MemberData(nameof(Limits))]
    public void Limit_stands_in_the_reference(string name, string value) => Assert.True(Page.Contains(value, StringComparison.Ordinal), $"{name} is {value}");

    [Fact]
    public void Function_stands_in_the_reference()
    {
        var names = CelFunctions.Names.Select(name => name.Split('.')[^1]).Distinct();
        Assert.All(names, name => Assert.True(Page.Contains(name, StringComparison.Ordinal), name));
    }
}
