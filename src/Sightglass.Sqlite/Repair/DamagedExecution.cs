using System.Globalization;

namespace Sightglass.Sqlite;

/// <summary>An execution of which something is lost.</summary>
/// <param name="Id">The execution; <see langword="null"/> where nothing is left that names it.</param>
/// <param name="PipelineId">Its pipeline, where that is known.</param>
/// <param name="KeptThrough">Sequence of the last event that can be read; 0 where none can.</param>
/// <param name="Lost">The events that are damaged. What stands between them is whole, but cannot be read without them.</param>
public sealed record DamagedExecution(Guid? Id, string? PipelineId, long KeptThrough, IReadOnlyList<LostEvents> Lost)
{
    /// <summary>Says what is lost, in one line.</summary>
    public override string ToString()
    {
        const int Shown = 10;
        var ranges = string.Join(", ", Lost.Take(Shown).Select(Describe));
        var kept = KeptThrough == 0 ? "nothing of it can be read" : string.Create(CultureInfo.InvariantCulture, $"readable up to event {KeptThrough}");
        return $"execution {Id?.ToString() ?? "(unknown)"}{(PipelineId is null ? "" : $" of {PipelineId}")}: {(ranges.Length == 0 ? "" : $"events {ranges}{(Lost.Count > Shown ? " …" : "")} are damaged, ")}{kept}";
    }

    private static string Describe(LostEvents lost) =>
        string.Create(CultureInfo.InvariantCulture, $"{lost.From}") + (lost.Through == lost.From ? "" : string.Create(CultureInfo.InvariantCulture, $" to {lost.Through}"));
}
