using System.Globalization;

namespace Sightglass.Sqlite;

/// <summary>What is damaged in a database, and what was done about it.</summary>
public sealed record DamageReport
{
    /// <summary>Gets the path of the database.</summary>
    public required string Database { get; init; }

    /// <summary>Gets how the damage was noticed; <see langword="null"/> where nothing was noticed but what is listed.</summary>
    public string? Found { get; init; }

    /// <summary>Gets where the damaged file is kept; <see langword="null"/> where it was only looked at.</summary>
    public string? KeptAt { get; init; }

    /// <summary>Gets how many executions are whole.</summary>
    public int Whole { get; init; }

    /// <summary>Gets the executions of which something is lost.</summary>
    public IReadOnlyList<DamagedExecution> Damaged { get; init; } = [];

    /// <summary>Gets the references of large values that are lost, of executions that are there.</summary>
    public IReadOnlyList<string> LostValues { get; init; } = [];

    /// <summary>Gets whether nothing is wrong.</summary>
    public bool IsSound => Found is null && Damaged.Count == 0 && LostValues.Count == 0;

    private string Executions => string.Create(CultureInfo.InvariantCulture, $"{Whole} execution{(Whole == 1 ? "" : "s")}");

    /// <summary>Says it in lines for people.</summary>
    public override string ToString()
    {
        const int Shown = 20;
        if (IsSound) return string.Create(CultureInfo.InvariantCulture, $"\"{Database}\" is sound: {Executions}.");
        var lines = new List<string> { string.Create(CultureInfo.InvariantCulture, $"\"{Database}\" {(KeptAt is null ? "is" : "was")} damaged{(Found is null ? "" : $" ({Found})")}: {Executions} {(KeptAt is null ? "whole" : "saved whole")}.") };
        Add(Damaged.Select(execution => execution.ToString()).ToList(), "executions");
        Add(LostValues.Select(value => $"value {value} is lost").ToList(), "values");
        lines.Add(KeptAt is null
            ? "To save what is whole: sightglass check --repair (the next start does it as well)."
            : $"Logs with damage can be read up to it and are not continued. The damaged file is kept as \"{KeptAt}\"; delete it when you need it no more.");
        return string.Join(Environment.NewLine, lines);

        void Add(List<string> found, string what)
        {
            lines.AddRange(found.Take(Shown).Select(line => "  " + line));
            if (found.Count > Shown) lines.Add(string.Create(CultureInfo.InvariantCulture, $"  … and {found.Count - Shown} more {what}"));
        }
    }
}
