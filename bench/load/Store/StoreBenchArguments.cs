using System.Globalization;

namespace Sightglass.Load.Store;

/// <summary>What the command line of <see cref="StoreBench"/> says.</summary>
internal sealed record StoreBenchArguments(bool Json, int Runs, int Events, string? Case)
{
    public static bool TryParse(string[] args, out StoreBenchArguments arguments)
    {
        arguments = new StoreBenchArguments(false, 5, 100_000, null);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json") arguments = arguments with { Json = true };
            else if (args[i] == "--case" && i + 1 < args.Length) arguments = arguments with { Case = args[++i] };
            else if (i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                if (args[i] == "--runs") arguments = arguments with { Runs = number };
                else if (args[i] == "--events") arguments = arguments with { Events = number };
                else return false;
                i++;
            }
            else return false;
        }

        return true;
    }

    public bool Wants(string name) => Case is null || Case == name;
}
