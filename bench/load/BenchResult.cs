using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sightglass.Load;

/// <summary>One figure of one case over several runs.</summary>
/// <param name="Bench">The subcommand.</param>
/// <param name="Case">What was done, such as <c>append-100</c>.</param>
/// <param name="Figure">What was measured, with its unit, such as <c>events_per_s</c>.</param>
/// <param name="Values">The figure of each run.</param>
internal sealed record BenchResult(string Bench, string Case, string Figure, IReadOnlyList<double> Values)
{
    /// <summary>Gets the same figure of the yardstick in the same runs; empty where there is none.</summary>
    public IReadOnlyList<double> Raw { get; init; } = [];

    public int Runs => Values.Count;

    public double Min => Values.Min();

    public double Median => MedianOf(Values);

    public double Max => Values.Max();

    /// <summary>Gets the yardstick's median; <see langword="null"/> where there is none.</summary>
    public double? RawMedian => Raw.Count == 0 ? null : MedianOf(Raw);

    /// <summary>Gets the median as a share of the yardstick's median; <see langword="null"/> without a yardstick.</summary>
    public double? Ratio => Raw.Count == 0 ? null : Median / MedianOf(Raw);

    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }

    public static async Task PrintAsync(IReadOnlyList<BenchResult> results, bool json, TextWriter output)
    {
        if (!json)
            await output.WriteLineAsync($"{"case",-20} {"figure",-14} {"median",12} {"min",12} {"max",12} {"raw median",12} {"ratio",7}  runs");
        foreach (var result in results) await output.WriteLineAsync(json ? result.ToJson() : result.ToRow());
    }

    private static double MedianOf(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private string ToRow() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Case,-20} {Figure,-14} {Text(Median),12} {Text(Min),12} {Text(Max),12} {(Ratio is null ? "" : Text(MedianOf(Raw))),12} {Ratio,7:0.00}  {Runs}");

    private string ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("bench", Bench);
            writer.WriteString("case", Case);
            writer.WriteNumber(Figure, Rounded(Median));
            if (Ratio is { } ratio)
            {
                writer.WriteNumber("raw_" + Figure, Rounded(MedianOf(Raw)));
                writer.WriteNumber("ratio", Math.Round(ratio, 3));
            }

            writer.WriteNumber("runs", Runs);
            writer.WriteNumber("min", Rounded(Min));
            writer.WriteNumber("median", Rounded(Median));
            writer.WriteNumber("max", Rounded(Max));
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static double Rounded(double value) => Math.Round(value, value < 100 ? 3 : 0);

    private static string Text(double value) => Rounded(value).ToString(value < 100 ? "0.###" : "#,0", CultureInfo.InvariantCulture);
}
