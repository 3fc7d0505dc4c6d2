using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Cli.Tests.Samples;

/// <summary>The single-file programs, run as their first lines say. One class, since they build the same project.</summary>
public sealed class CodeSampleTests
{
    // Each builds before it runs.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly string[] Metrics =
    [
        "pipeline_executions_total", "pipeline_execution_duration_seconds", "pipeline_active_executions", "pipeline_stage_executions_total", "pipeline_stage_duration_seconds",
        "pipeline_stage_queue_time_seconds", "pipeline_trigger_evaluations_total", "pipeline_trigger_wait_time_seconds", "pipeline_memory_usage_bytes", "pipeline_cpu_usage_percent",
    ];

    [Fact]
    public async Task Visualize_pipeline_prints_what_graphviz_draws_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        await using var program = CliProcess.StartProgram("dotnet", RepositoryFiles.Root, null, Limit, "run", "samples/code/visualize-pipeline.cs");
        var drawn = await program.EndAsync();

        Assert.True(drawn.ExitCode == 0, drawn.Output + drawn.Error);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "tests", "contracts", "visualization.dot")), drawn.Output);
        var image = Path.Combine(folder.Path, "pipeline.png");
        await using var dot = CliProcess.StartProgram("dot", folder.Path, drawn.Output, Limit, "-Tpng", "-o", image);
        Assert.Equal(0, (await dot.EndAsync()).ExitCode);
        Assert.Equal("PNG"u8.ToArray(), (await File.ReadAllBytesAsync(image))[1..4]);
    }

    [Fact]
    public async Task Metrics_server_gives_prometheus_all_ten_metrics()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort();
        await using var server = CliProcess.StartProgram("dotnet", RepositoryFiles.Root, null, Limit, "run", "samples/code/metrics-server.cs", "--", port);
        await server.WaitForAsync("Metrics are at");
        var config = Path.Combine(folder.Path, "prometheus.yml");
        await File.WriteAllTextAsync(config, $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs: [{ job_name: sightglass, static_configs: [{ targets: ["127.0.0.1:{{port}}"] }] }]
            """);
        var prometheusPort = FreePort();
        await using var prometheus = CliProcess.StartProgram(
            "prometheus", folder.Path, null, Limit, "--config.file=" + config, "--storage.tsdb.path=" + Path.Combine(folder.Path, "data"), "--web.listen-address=127.0.0.1:" + prometheusPort);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{prometheusPort}/") };

        await UntilAsync(http, "up{job=\"sightglass\"} == 1", prometheus);
        foreach (var metric in Metrics) await UntilAsync(http, $"count({metric}) > 0", prometheus);
        await UntilAsync(http, "pipeline_executions_total{pipeline=\"build\",status=\"success\"} > 0", prometheus);
        await UntilAsync(http, "pipeline_stage_executions_total{pipeline=\"build\",stage=\"check\",status=\"failure\"} > 0", prometheus);
        await UntilAsync(http, "pipeline_stage_duration_seconds{stage=\"compile\",quantile=\"0.99\"} > 0.3", prometheus);
        await UntilAsync(http, "pipeline_memory_usage_bytes{stage=\"compile\"} > 100000", prometheus);
        await UntilAsync(http, "pipeline_cpu_usage_percent{stage=\"compile\"} > 0", prometheus);
        await UntilAsync(http, "pipeline_trigger_evaluations_total{stage=\"ship\",trigger_type=\"timer\"} > 0", prometheus);

        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        await using var promtool = CliProcess.StartProgram("promtool", folder.Path, text, Limit, "check", "metrics");
        var check = await promtool.EndAsync();
        Assert.True(check.ExitCode == 0 && check.Error.Length == 0, check.Output + check.Error);
    }

    /// <summary>Asks Prometheus until a query has a result.</summary>
    private static async Task UntilAsync(HttpClient http, string query, CliProcess prometheus)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await again.WaitForNextTickAsync(CancellationToken.None))
        {
            Assert.False(limit.IsCancellationRequested, $"Nothing came for {query}.\n{prometheus.Error}");
            try
            {
                using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri("api/v1/query?query=" + Uri.EscapeDataString(query), UriKind.Relative), limit.Token));
                if (answer.RootElement.GetProperty("data").GetProperty("result").GetArrayLength() > 0) return;
            }
            catch (HttpRequestException)
            {
                // It is not up yet.
            }
        }
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
