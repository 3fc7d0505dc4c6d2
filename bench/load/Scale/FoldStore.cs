using System.Buffers;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Load.Scale;

/// <summary>A store in memory with one long log.</summary>
internal sealed class FoldStore : IAsyncDisposable
{
    private FoldStore(InMemoryEventStore store, Guid id, long last) => (Store, Id, Last) = (store, id, last);

    public InMemoryEventStore Store { get; }

    public Guid Id { get; }

    public long Last { get; }

    /// <summary>Appends the blocks, after each as many reports an event as asked for.</summary>
    public static async Task<FoldStore> FillAsync(IReadOnlyList<ReadOnlyMemory<byte>> blocks, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> values, int reportsEach)
    {
        var store = new InMemoryEventStore();
        var id = EventJson.ReadBlock(blocks[0]).First().ExecutionId;
        var stored = values.Select(v => new StoredValue(v.Key, v.Value)).ToList();
        long last = 0;
        foreach (var block in blocks)
        {
            var shifted = new ArrayBufferWriter<byte>(block.Length + 4096);
            var reports = new ArrayBufferWriter<byte>(4096);
            var from = last;
            var count = 0;
            ExecutionEvent? newest = null;
            foreach (var e in EventJson.ReadBlock(block))
            {
                EventJson.WriteLine(shifted, newest = e with { Seq = from + ++count });
            }

            for (var i = 1; i <= count * reportsEach; i++)
                EventJson.WriteLine(reports, newest! with { Seq = from + count + i, Stage = "s0[0]", Data = new StageLogged { Level = "info", Message = "a line that a stage logs" } });
            var written = new List<AppendBlock> { new(BlockKind.Decision, from + 1, count, shifted.WrittenMemory) };
            if (reportsEach > 0) written.Add(new AppendBlock(BlockKind.Report, from + count + 1, count * reportsEach, reports.WrittenMemory));
            var append = new Append { ExecutionId = id, Epoch = 1, ExpectedLast = from, Blocks = written, Values = stored, Summary = from == 0 ? Summary(id) : null };
            var outcome = await store.AppendAsync(append);
            if (outcome.Status != AppendStatus.Appended) throw new InvalidOperationException($"The append was {outcome.Status}.");
            stored = [];
            last = from + (count * (1 + reportsEach));
        }

        return new FoldStore(store, id, last);
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private static ExecutionSummary Summary(Guid id) => new() { Id = id, PipelineId = "scale", PipelineName = "scale", Status = ExecutionStatus.Completed, CreatedAt = DateTimeOffset.UnixEpoch };
}
