using System.Collections.Immutable;
using Sightglass.Core.Executions;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>What one stage of the plan and its instances have reported.</summary>
internal sealed class StepReports
{
    private readonly Queue<(string Key, string Text)> _lines = new();
    private int _chars;

    /// <summary>Gets the newest lines, with the stage or instance that each is of.</summary>
    public IReadOnlyCollection<(string Key, string Text)> Lines => _lines;

    /// <summary>Gets how many older lines there were.</summary>
    public long Dropped { get; private set; }

    public List<(string Key, DateTimeOffset Time, AgentMessageSent Message)> Messages { get; } = [];

    public List<(string Key, long Seq, DateTimeOffset Time, AgentMemoryUsed Memory)> Traces { get; } = [];

    /// <summary>Gets the hash of the personality of the newest attempt.</summary>
    public string? PersonalityHash { get; set; }

    /// <summary>Gets the state shared across stages as this one left it; nothing where it took no part.</summary>
    public ImmutableSortedDictionary<string, Payload>? Shared { get; set; }

    /// <summary>Adds a line.</summary>
    /// <returns>By how many characters it has grown.</returns>
    public int Add(string key, string text, int mostChars)
    {
        var before = _chars;
        _lines.Enqueue((key, text));
        _chars += text.Length;
        while (_lines.Count > ContractLimits.MaxStepLines || (_chars > mostChars && _lines.Count > 1))
        {
            _chars -= _lines.Dequeue().Text.Length;
            Dropped++;
        }

        return _chars - before;
    }
}
