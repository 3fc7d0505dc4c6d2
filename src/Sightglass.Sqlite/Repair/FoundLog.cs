using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Sqlite.Repair;

/// <summary>What was found of one execution.</summary>
internal sealed class FoundLog
{
    private readonly List<FoundBlock> _blocks = [];

    public Guid? Id { get; private set; }

    public string? PipelineId { get; private set; }

    public string? DefinitionHash { get; private set; }

    /// <summary>Gets or sets the last sequence that its head names; 0 where that is not known.</summary>
    public long Head { get; set; }

    public HashSet<string> References { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the blocks that can be read: from the first event on, without a gap.</summary>
    public IReadOnlyList<FoundBlock> Readable { get; private set; } = [];

    public IReadOnlyList<LostEvents> Lost { get; private set; } = [];

    public long KeptThrough => Readable.Count == 0 ? 0 : Readable[^1].LastSeq;

    /// <summary>Gets whether all of it is there.</summary>
    public bool IsWhole => Lost.Count == 0 && Readable.Count > 0 && Head > 0;

    public void Add(FoundBlock block) => _blocks.Add(block);

    /// <summary>Notes what its row says; what its events say counts more.</summary>
    public void Name(Guid id, string? pipelineId)
    {
        Id ??= id;
        PipelineId ??= pipelineId;
    }

    /// <summary>Reads the id, and of the first block what the execution is.</summary>
    public void Learn(ReadOnlyMemory<byte> block, long firstSeq)
    {
        if (Id is not null && firstSeq > 1) return;
        try
        {
            var first = EventJson.ReadBlock(block).First();
            if (first.ExecutionId != Guid.Empty) Id = first.ExecutionId;
            if (first.Data is not ExecutionCreated created) return;
            PipelineId = created.PipelineId;
            DefinitionHash = created.DefinitionHash;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // It cannot be named from here; it is kept as it is.
        }
    }

    /// <summary>Sorts out what can be read, once all is found.</summary>
    public void Judge()
    {
        var lost = new List<LostEvents>();
        var readable = new List<FoundBlock>();
        long next = 1;
        foreach (var block in _blocks.OrderBy(block => block.FirstSeq).ThenByDescending(block => block.Position))
        {
            if (block.FirstSeq < next) continue;
            if (block.FirstSeq > next) lost.Add(new LostEvents(next, block.FirstSeq - 1));
            if (lost.Count == 0) readable.Add(block);
            next = block.LastSeq + 1;
        }

        if (Head >= next) lost.Add(new LostEvents(next, Head));
        (Readable, Lost) = (readable, lost);
        _blocks.Clear();
        _blocks.TrimExcess();
    }
}
