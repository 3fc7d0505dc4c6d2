using System.Globalization;

namespace Sightglass.Load;

/// <summary>What the command line of a subcommand says: <c>--json</c>, one case to run alone, and numbers by name.</summary>
internal sealed record BenchArguments(bool Json, string? Case, IReadOnlyDictionary<string, int> Numbers)
{
    public int this[string name] => Numbers[name];

    public bool Wants(string name) => Case is null || Case == name;

    /// <summary>Reads the arguments; <see langword="null"/>, after a line on standard error, where they are off.</summary>
    public static BenchArguments? Parse(string subcommand, string[] args, IReadOnlyDictionary<string, int> defaults)
    {
        var json = false;
        string? only = null;
        var numbers = new Dictionary<string, int>(defaults);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json")
            {
                json = true;
                continue;
            }

            if (args[i] == "--case" && i + 1 < args.Length)
            {
                only = args[++i];
                continue;
            }

            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            if (numbers.ContainsKey(name) && i + 1 < args.Length && int.TryParse(args[++i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers[name] = number;
                continue;
            }

            var options = string.Join(" ", defaults.Select(d => $"[--{d.Key} N (default {d.Value})]"));
            Console.Error.WriteLine($"Usage: load {subcommand} [--json] [--case NAME] {options}");
            return null;
        }

        return new BenchArguments(json, only, numbers);
    }
}
