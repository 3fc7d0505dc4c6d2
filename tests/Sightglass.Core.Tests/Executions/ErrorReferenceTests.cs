using System.Text.Json;
using System.Text.RegularExpressions;
using Sightglass.Core.Tests.Executions.Golden;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary><c>docs/reference/errors.md</c> has a line for every code that the sources use, under the heading where a
/// reader looks for it, and none for a code that does not exist.</summary>
public sealed partial class ErrorReferenceTests
{
    private const string Stages = "Stages and executions";
    private const string Problems = "Definitions and inputs";
    private const string Commands = "Starts and commands";
    private const string Http = "HTTP API";
    private const string ServerStart = "Start of the server";
    private const string Store = "Store";
    private const string Expressions = "Expressions";
    private const string CommandLine = "Command line";
    private const string Webhooks = "Webhooks";
    private const string Reasons = "Reasons of stages that do not run";

    private static readonly string Source = Path.Combine(GoldenFiles.Root, "src");
    private static readonly Lazy<Dictionary<string, string>> Files = new(() => Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(GoldenFiles.Root, f).Replace('\\', '/'))
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
        .ToDictionary(f => f, f => File.ReadAllText(Path.Combine(GoldenFiles.Root, f))));

    private static readonly Lazy<List<(string Heading, string Code, string Line)>> Reference = new(ReadReference);

    [Fact]
    public void Every_code_has_a_line_under_its_heading()
    {
        var known = Reference.Value.Select(r => (r.Heading, r.Code)).ToHashSet();
        var missing = Used().Where(u => !known.Contains((u.Heading, u.Code)))
            .DistinctBy(u => (u.Heading, u.Code))
            .Select(u => $"| `{u.Code}` | what it means | what to do |   ← under '## {u.Heading}'; used in {u.File}");

        Assert.True(!missing.Any(), "Add to docs/reference/errors.md:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Every_line_is_about_a_code_that_exists()
    {
        var all = string.Concat(Files.Value.Values);
        var stale = Reference.Value.Where(r => !all.Contains($"\"{r.Code}\"", StringComparison.Ordinal)).Select(r => r.Code);

        Assert.True(!stale.Any(), "No source has these codes any more; remove their lines from docs/reference/errors.md: " + string.Join(", ", stale));
    }

    [Fact]
    public void Every_line_says_what_a_code_means_and_what_to_do()
    {
        Assert.All(Reference.Value, r => Assert.Matches(@"^\| `[a-z_]+` \| [^|]{8,} \| [^|]{4,} \|$", r.Line));
        Assert.Empty(Reference.Value.GroupBy(r => (r.Heading, r.Code)).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Scan_finds_the_codes_of_every_group() =>
        Assert.Equal(
            new[] { Stages, Problems, Commands, Http, ServerStart, Store, Expressions, Reasons, Webhooks }.Order(StringComparer.Ordinal),
            Used().Select(u => u.Heading).Where(h => h != CommandLine).Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<(string Heading, string Code, string File)> Used()
    {
        var reasons = ReasonsInSchema();
        foreach (var (file, text) in Files.Value)
        {
            if (file.EndsWith("Codes.cs", StringComparison.Ordinal))
            {
                foreach (Match match in Constant().Matches(text)) yield return (HeadingOf(file, ""), match.Groups["code"].Value, file);
            }

            // Expressions name their codes by constants; what looks like codes there are types and functions.
            if (file.Contains("/Expressions/", StringComparison.Ordinal)) continue;

            // The call says more of a code than the file it stands in.
            var found = new HashSet<int>();
            foreach (var capture in Call().Matches(text).Concat(Status().Matches(text)).Concat(Answer().Matches(text)).Concat(Choice().Matches(text)).Concat(Pair().Matches(text))
                .SelectMany(m => m.Groups["code"].Captures.Select(c => (Code: c, Call: m.Groups["call"].Value))))
            {
                if (!found.Add(capture.Code.Index)) continue;
                var heading = HeadingOf(file, capture.Call);
                if (heading != Stages || !reasons.Contains(capture.Code.Value) || capture.Call.Length > 0) yield return (heading, capture.Code.Value, file);
            }
        }

        foreach (var reason in reasons) yield return (Reasons, reason, "docs/reference/events.schema.json");
    }

    private static string HeadingOf(string file, string call) => call switch
    {
        "CommandAnswer" or "true" or "false" => Commands,
        "ServerStartException" => ServerStart,
        "ApiProblem" or "BadRequest" => Http,
        "StoreUnavailableException" => Store,
        "CelError" => Expressions,
        _ when int.TryParse(call, out _) => Http,
        _ when file.Contains("/Sightglass.Core/Definitions/", StringComparison.Ordinal) => Problems,
        _ when file.Contains("/Sightglass.Core/Expressions/", StringComparison.Ordinal) => Expressions,
        _ when file.Contains("/Sightglass.Core/Ports/", StringComparison.Ordinal) || file.Contains("/Sightglass.Sqlite/", StringComparison.Ordinal) => Store,
        _ when file.Contains("/Sightglass.Core/Monitoring/External/", StringComparison.Ordinal) || file.EndsWith("/MonitoredRun.Reported.cs", StringComparison.Ordinal) => Http,
        _ when file.Contains("/Sightglass.Core/Webhooks/", StringComparison.Ordinal) => Webhooks,
        _ when file.Contains("/Sightglass.Core/Scheduling/Schedules/", StringComparison.Ordinal) => Commands,
        _ when file.EndsWith("/PipelineEngine.cs", StringComparison.Ordinal) || file.EndsWith("/PipelineEngine.Debugging.cs", StringComparison.Ordinal) => Commands,
        _ when file.Contains("/Sightglass.Server/Access/", StringComparison.Ordinal) => ServerStart,
        _ when file.Contains("/Sightglass.Server/", StringComparison.Ordinal) => Http,
        _ when file.Contains("/Sightglass.Cli/", StringComparison.Ordinal) => CommandLine,
        _ => Stages,
    };

    private static List<(string, string, string)> ReadReference()
    {
        var found = new List<(string, string, string)>();
        var heading = "";
        foreach (var line in File.ReadLines(Path.Combine(GoldenFiles.Root, "docs", "reference", "errors.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) heading = line[3..].Trim();
            else if (line.StartsWith("| `", StringComparison.Ordinal)) found.Add((heading, line[3..line.IndexOf('`', 3)], line));
        }

        return found;
    }

    private static HashSet<string> ReasonsInSchema()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Root, "docs", "reference", "events.schema.json")));
        var definitions = schema.RootElement.GetProperty("$defs");
        return
        [
            .. new[] { "stage.skipped", "stage.cancelled" }
                .SelectMany(type => definitions.GetProperty(type).GetProperty("properties").GetProperty("data").GetProperty("properties").GetProperty("reason").GetProperty("enum").EnumerateArray())
                .Select(reason => reason.GetString()!).Distinct(),
        ];
    }

    [GeneratedRegex("""const string \w+ = "(?<code>[a-z][a-z_]+)";""")]
    private static partial Regex Constant();

    // A call whose first text, perhaps after a number or a truth value, is a code.
    [GeneratedRegex("""\b(?<call>StageError|Failed|CommandAnswer|ApiProblem|BadRequest|Refuse|Refused|ServerStartException|StoreUnavailableException|CelError|Problem)\(\s*(?:(?:true|false|\d+)\s*,\s*)?"(?<code>[a-z][a-z_]+)"\s*,""")]
    private static partial Regex Call();

    // An answer to a command whose type is left out.
    [GeneratedRegex("""\bnew\((?<call>true|false),\s*"(?<code>[a-z][a-z_]+)"\s*,\s*\$?"[A-Z]""")]
    private static partial Regex Answer();

    // A refusal whose type is left out: its status comes first.
    [GeneratedRegex("""\bnew\((?<call>\d{3}),\s*"(?<code>[a-z][a-z_]+)"\s*,""")]
    private static partial Regex Status();

    // A code and a sentence beside it, in a tuple or a call whose type is left out.
    [GeneratedRegex("""[(\s]"(?<code>[a-z]+(?:_[a-z]+)+)",\s*\$?"[^"]* [^"]*""")]
    private static partial Regex Pair();

    // One of two codes.
    [GeneratedRegex("""\? "(?<code>[a-z]+(?:_[a-z]+)+)" : "(?<code>[a-z]+(?:_[a-z]+)+)", \$?"[^"]* """)]
    private static partial Regex Choice();
}
