using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Shell;
using Sightglass.Sqlite;

namespace Sightglass.Load.Output;

/// <summary>Megabytes a second from one process's standard output into the log, durable and counted afterwards.</summary>
internal static class OutputBench
{
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("output", args, new Dictionary<string, int> { ["runs"] = 5, ["megabytes"] = 100 });
        if (arguments is null) return 2;
        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;
        try
        {
            var lines = new List<double>();
            for (var run = 0; run <= arguments["runs"]; run++)
            {
                var rate = await StdoutAsync(folder, arguments["megabytes"]);
                if (run > 0) lines.Add(rate);
            }

            await BenchResult.PrintAsync([new BenchResult("output", "stdout-lines", "mb_per_s", lines)], arguments.Json, output);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> StdoutAsync(string folder, int megabytes)
    {
        var bytes = megabytes * 1_000_000L;
        await using var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, Path.GetRandomFileName() + ".db") });
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = store, StageTypes = [new ShellStage()] });
        var definition = new PipelineDefinition
        {
            Id = "print",
            Stages = [new StageDefinition { Id = "print", Type = "shell", Shell = new ShellDefinition { Run = string.Create(CultureInfo.InvariantCulture, $"yes 'a line of output as a build prints it, about eighty characters long, or so.' | head -c {bytes}") } }],
        };
        var from = Stopwatch.GetTimestamp();
        var outcome = await engine.StartAsync(new StartRequest { Definition = definition });
        var id = outcome.ExecutionId ?? throw new InvalidOperationException(string.Join(' ', outcome.Problems));
        await engine.WaitForEndAsync(id);
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        var recorded = await CountAsync(store, id);
        if (recorded != bytes) throw new InvalidOperationException($"Printed {bytes} bytes, recorded {recorded}.");
        return megabytes / seconds;
    }

    private static async Task<long> CountAsync(SqliteEventStore store, Guid id)
    {
        long cursor = 0;
        long bytes = 0;
        while (true)
        {
            var page = await store.ReadAsync(id, cursor, BlockFilter.All, 1 << 20);
            if (page.Blocks.Count == 0) return bytes;
            foreach (var block in page.Blocks)
            {
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Data is StageOutputWritten written) bytes += System.Text.Encoding.UTF8.GetByteCount(written.Text);
                }

                cursor = block.LastSeq;
            }
        }
    }
}
