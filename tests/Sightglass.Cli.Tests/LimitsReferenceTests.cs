using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Sightglass.Tests;

/// <summary><c>docs/reference/limits.md</c> has a line for every limit of the sources, with its default, and for nothing else.</summary>
public sealed partial class LimitsReferenceTests
{
    private static readonly string Path = System.IO.Path.Combine(RepositoryFiles.Root, "docs", "reference", "limits.md");

    private static readonly Type[] Types =
    [
        .. new[] { "Sightglass.Core", "Sightglass.Sqlite", "Sightglass.Server", "sightglass" }
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type.Namespace?.StartsWith("Sightglass", StringComparison.Ordinal) == true && !type.Name.Contains('<')),
    ];

    // What a format or a drawing has, not what is allowed.
    private static readonly HashSet<string> Formats = new(["CelTime.MaxSeconds", "LeafRows.MaxPayload", "StageRows.MaxNameColumns"], StringComparer.Ordinal);

    [Fact]
    public void Every_limit_has_a_line_with_its_default()
    {
        var lines = Lines().ToLookup(line => line.Name, StringComparer.Ordinal);
        var wrong = Limits()
            .Where(limit => lines[limit.Name].Count() != 1 || !IsDefault(lines[limit.Name].First().Default, limit.Value))
            .Select(limit => $"| `{limit.Name}` | {limit.Value ?? "none"} | what happens at it | how it is changed |");

        Assert.True(!wrong.Any(), "Write one line each, with this default, into docs/reference/limits.md:\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void Every_name_exists()
    {
        var names = Name().Matches(File.ReadAllText(Path)).Select(match => match.Groups[1].Value);
        var gone = names.Distinct(StringComparer.Ordinal).Where(name => !Exists(name));

        Assert.True(!gone.Any(), "The sources have none of these any more; mend docs/reference/limits.md: " + string.Join(", ", gone));
    }

    [Fact]
    public void Every_line_says_what_happens_and_how_it_is_changed() =>
        Assert.All(
            File.ReadLines(Path).Where(line => line.StartsWith("| `", StringComparison.Ordinal)),
            line => Assert.Matches(@"^\| `\w+\.\w+` \| [^|]+ \| [^|]{8,} \| [^|]+ \|$", line));

    [Fact]
    public void No_limit_stands_outside_the_limits_of_its_feature()
    {
        var scattered = Constants()
            .Where(field => field.IsPrivate && Bound().IsMatch(field.Name) && !field.DeclaringType!.Name.EndsWith("Limits", StringComparison.Ordinal))
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}");

        Assert.True(!scattered.Any(), "Move to the Limits or Options of the feature, and into docs/reference/limits.md: " + string.Join(", ", scattered));
    }

    [Fact]
    public void Scan_finds_options_and_constants_of_every_project() =>
        Assert.Superset(
            new HashSet<string>(
                ["PipelineEngineOptions.Slots", "EngineLimits.MaxMail", "StartRequest.MaxLabels", "SqliteStoreOptions.MaxLogPages", "ServerOptions.SlowViewer", "ServerLimits.LastWord", "CliLimits.MaxInputBytes"],
                StringComparer.Ordinal),
            Limits().Select(limit => limit.Name).ToHashSet(StringComparer.Ordinal));

    [Theory]
    [InlineData("256 KiB", 262_144, true)]
    [InlineData("10,000", 10_000, true)]
    [InlineData("10,000", 1_000, false)]
    [InlineData("many", 1_000, false)]
    public void Default_is_read_with_its_unit(string text, int value, bool isRight) => Assert.Equal(isRight, IsDefault(text, value));

    private static IEnumerable<(string Name, object? Value)> Limits()
    {
        foreach (var type in Types.Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type is { IsAbstract: false, IsClass: true }))
        {
            foreach (var property in type.GetProperties().Where(property => IsMeasure(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)))
                yield return ($"{type.Name}.{property.Name}", property.GetValue(Activator.CreateInstance(type)));
        }

        foreach (var field in Constants())
        {
            if (field.DeclaringType!.Name.EndsWith("Limits", StringComparison.Ordinal) || (!field.IsPrivate && (field.Name == "Longest" || Bound().IsMatch(field.Name))))
                yield return ($"{field.DeclaringType.Name}.{field.Name}", field.GetValue(null));
        }
    }

    private static IEnumerable<FieldInfo> Constants() => Types
        .Where(type => !type.IsEnum && !type.ContainsGenericParameters)
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(field => IsMeasure(field.FieldType) && (field.IsLiteral || field.IsInitOnly) && !field.Name.Contains('<') && !Formats.Contains(field.DeclaringType!.Name + "." + field.Name));

    private static bool IsMeasure(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(TimeSpan);

    private static bool Exists(string name)
    {
        var parts = name.Split('.');
        return Types.Any(type => type.Name == parts[0] && type.GetMember(parts[1], BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length > 0);
    }

    private static IEnumerable<(string Name, string Default)> Lines() => Line().Matches(File.ReadAllText(Path)).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    private static bool IsDefault(string text, object? value)
    {
        if (value is null) return text == "none";
        if (text == "four a processor, at least 8") return value.Equals(Math.Max(8, Environment.ProcessorCount * 4));
        var match = Quantity().Match(text);
        if (!match.Success) return false;
        var number = decimal.Parse(match.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        var unit = match.Groups[2].Value;
        return value is TimeSpan time
            ? time == unit switch
            {
                "ms" => TimeSpan.FromMilliseconds((double)number),
                "s" => TimeSpan.FromSeconds((double)number),
                "min" => TimeSpan.FromMinutes((double)number),
                "h" => TimeSpan.FromHours((double)number),
                "d" => TimeSpan.FromDays((double)number),
                _ => TimeSpan.MinValue,
            }
            : Convert.ToDecimal(value, CultureInfo.InvariantCulture) == unit switch
            {
                "" => number,
                "KiB" => number * 1024,
                "MiB" => number * 1024 * 1024,
                "GiB" => number * 1024 * 1024 * 1024,
                _ => -1,
            };
    }

    [GeneratedRegex(@"^Max[A-Z]")]
    private static partial Regex Bound();

    [GeneratedRegex(@"^([\d,]+)(?: (\w+))?$")]
    private static partial Regex Quantity();

    [GeneratedRegex(@"^\| `(\w+\.\w+)` \| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"`([A-Z]\w+\.[A-Z]\w+)`")]
    private static partial Regex Name();
}
