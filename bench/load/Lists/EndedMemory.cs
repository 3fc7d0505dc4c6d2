using Sightglass.Core.Definitions;

namespace Sightglass.Load.Lists;

/// <summary>What executions leave in memory when they have ended: the managed heap after a collection, after a tenth of them
/// and after all.</summary>
internal static class EndedMemory
{
    private const int AtOnce = 16;

    public static async Task<BenchResult> RunAsync(int executions)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;
        try
        {
            await using var served = await ServedStore.StartAsync(Path.Combine(folder, "log.db"));
            await RunManyAsync(served, executions / 10);
            var before = Heap();
            await RunManyAsync(served, executions - (executions / 10));
            return new BenchResult("lists", "memory", "bytes_per_ended", [(Heap() - before) / (double)(executions - (executions / 10))]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunManyAsync(ServedStore served, int executions)
    {
        var definition = new PipelineDefinition { Id = "one", Stages = [new StageDefinition { Id = "only", Type = "code", Code = new CodeDefinition { Name = "noop" } }] };
        var left = executions;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var id = await served.RunAsync(definition);
                if (left % 100 == 0) await served.ReadAsync($"/api/executions/{id}");
            }
        }));
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
