using System.Globalization;

namespace Sightglass.Load;

/// <summary>What the command line of a subcommand says: <c>--json</c>, and numbers by name.</summary>
internal sealed record BenchArguments(bool Json, IReadOnlyDictionary<string, int> Numbers)
{
    public int this[string name] => Numbers[name];

    /// <summary>Reads the arguments; <see langword="null"/>, after a line on standard error, where they are off.</summary>
    public static BenchArguments? Parse(string subcommand, string[] args, IReadOnlyDictionary<string, int> defaults)
    {
        var json = false;
        var numbers = new Dictionary<string, int>(defaults);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json")
            {
                json = true;
                continue;
            }

            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            if (numbers.ContainsKey(name) && i + 1 < args.Length && int.TryParse(args[++i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers[name] = number;
                continue;
            }

            var options = string.Join(" ", defaults.Select(d => $"[--{d.Key} N (default {d.Value})]"));
            Console.Error.WriteLine($"Usage: load {subcommand} [--json] {options}");
            return null;
        }

        return new BenchArguments(json, numbers);
    }
}
