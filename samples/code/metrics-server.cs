// Runs a small pipeline over and over and shows what is measured of it to Prometheus:
//
//   dotnet run samples/code/metrics-server.cs
//   curl http://localhost:9090/metrics | grep pipeline_
//
// Another port: dotnet run samples/code/metrics-server.cs -- 9191
#:project ../../src/Sightglass.Core/Sightglass.Core.csproj

using System.Globalization;
using System.Net;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Shell;

var port = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 9090;

// One measurement for as many engines and monitors as the program has.
var metrics = new PipelineMetrics();
var code = new CodeRegistry().Register("check", context => context.Run.Attempt > 1 ? "good" : throw new InvalidOperationException("Not at the first try."));
await using var engine = new PipelineEngine(new PipelineEngineOptions
{
    Store = new InMemoryEventStore(keepEnded: 100),
    StageTypes = [new ShellStage(), new CodeStage(code)],
    Metrics = metrics,
});
var build = new PipelineDefinition
{
    Id = "build",
    Stages =
    [
        new() { Id = "compile", Shell = new() { Run = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 0.3" } },
        new() { Id = "check", Needs = ["compile"], Code = new() { Name = "check" }, Retry = new() { MaxAttempts = 2 } },
        new()
        {
            Id = "ship", Shell = new() { Run = "echo shipped" },
            Triggers = new() { All = [new() { Completed = "check" }, new() { Timer = new(TimeSpan.FromMilliseconds(100)) }] },
        },
    ],
};

using var listener = new HttpListener();
listener.Prefixes.Add($"http://localhost:{port}/");
listener.Prefixes.Add($"http://127.0.0.1:{port}/");
listener.Start();
Console.WriteLine($"Metrics are at http://localhost:{port}/metrics. Ctrl-C ends the program.");
_ = ServeAsync();

while (true)
{
    var started = await engine.StartAsync(new StartRequest { Definition = build });
    await engine.WaitForEndAsync(started.ExecutionId ?? throw new InvalidOperationException(string.Join('\n', started.Problems)));
    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
}

async Task ServeAsync()
{
    while (true)
    {
        var context = await listener.GetContextAsync();
        try
        {
            var found = context.Request.Url?.AbsolutePath == "/metrics";
            context.Response.StatusCode = found ? 200 : 404;
            context.Response.ContentType = PrometheusText.ContentType;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(found ? PrometheusText.Write(metrics.Snapshot()) : "Look at /metrics.\n"));
            context.Response.Close();
        }
        catch (HttpListenerException)
        {
            // Whoever asked has gone.
        }
    }
}
