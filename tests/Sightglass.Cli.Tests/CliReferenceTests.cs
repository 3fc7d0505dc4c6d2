using System.Text;
using Sightglass.Cli.Commands;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Cli.Tests;

/// <summary>Holds docs/reference/cli.md against the verbs and the exit codes that there are.</summary>
public sealed class CliReferenceTests
{
    private const string Begin = "| verb | what it does | data folder | `--server` |\n|---|---|---|---|\n";

    private static readonly string Path = System.IO.Path.Combine(RepositoryFiles.Root, "docs/reference/cli.md");

    [Fact]
    public void Table_of_verbs_is_what_the_program_has()
    {
        var text = File.ReadAllText(Path);
        var start = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf("\n\n", start, StringComparison.Ordinal) + 1;
        if (RepositoryFiles.IsRewriting)
        {
            File.WriteAllText(Path, text[..start] + Table() + text[end..]);
            return;
        }

        Assert.True(Table() == text[start..end], "docs/reference/cli.md has another table; write this one, or run the test with SIGHTGLASS_REWRITE=1:\n" + Table());
    }

    [Fact]
    public void Every_exit_code_has_a_line()
    {
        var text = File.ReadAllText(Path);
        var codes = typeof(ExitCodes).GetFields().Where(f => f.FieldType == typeof(int)).Select(f => (int)f.GetRawConstantValue()!);

        Assert.All(codes, code => Assert.Contains($"\n| {code} | ", text, StringComparison.Ordinal));
    }

    private static string Table()
    {
        var table = new StringBuilder();
        foreach (var verb in Verbs.All)
        {
            var command = verb.Create();
            Row(table, verb.Name, command.Description!, verb.Place);
            foreach (var child in command.Subcommands) Row(table, $"{verb.Name} {child.Name}", child.Description!, verb.Place);
        }

        return table.ToString();
    }

    private static void Row(StringBuilder table, string name, string description, VerbPlace place) =>
        table.Append($"| `{name}` | {description.Replace("|", "\\|", StringComparison.Ordinal)} | {(place == VerbPlace.Here ? "–" : "yes")} | {(place == VerbPlace.Anywhere ? "yes" : "no")} |\n");
}
