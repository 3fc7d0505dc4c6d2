using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>What a reader knows of one stage or instance from the log alone, in this turn.</summary>
internal sealed class StageModel
{
    public StageStatus? Ended { get; set; }

    public string? Taken { get; set; }

    public long EndedSeq { get; set; }

    /// <summary>Whether it was made ready: queued, started or expanded.</summary>
    public bool Touched { get; set; }

    public bool Queued { get; set; }

    public int OpenAttempt { get; set; }

    public int Attempt { get; set; }

    public int Tries { get; set; }

    public int Losses { get; set; }

    public int Count { get; set; } = -1;

    public string? Undo { get; set; }

    /// <summary>When the clock has something to tell about it.</summary>
    public Dictionary<string, DateTimeOffset> Due { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<int, bool> Answers { get; } = [];

    public HashSet<int> Asked { get; } = [];

    /// <summary>What was done with nodes of its trigger that did not hold in time.</summary>
    public SortedDictionary<int, TriggerTimeout> TimedOut { get; } = [];

    /// <summary>The timer whose time is told next.</summary>
    public int StartedTimer { get; set; }

    /// <summary>Names what is due of a node of its trigger.</summary>
    public static string Node(int number) => "node " + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Names the deadline of a node.</summary>
    public static string Until(int number) => "deadline " + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Of a node nothing is due any more.</summary>
    public void Quiet(int number)
    {
        Due.Remove(Node(number));
        Due.Remove(Until(number));
    }
}
