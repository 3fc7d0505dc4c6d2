using System.Text;
using Sightglass.Core.Debugging;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Tests.Scheduling;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Debugging;

public sealed class DebugEngineTests : IAsyncDisposable
{
    private const string Feature = """
        id: feature
        inputs: { task: { required: true } }
        stages:
          - { id: planning, type: data, data: { value: inputs.task } }
          - { id: specification, needs: [planning], code: { name: specify } }
          - { id: implementation, needs: [specification], type: data, data: { value: stages.specification.output + '!' } }
        """;

    private readonly InMemoryEventStore _store = new();
    private readonly CodeRegistry _code = new();

    public DebugEngineTests() => _code.Register("specify", _ => "specified");

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_example_of_the_document_works_line_by_line()
    {
        await using var engine = Engine();
        var input = "a parser";

        // Begin of the example.
        var debugEngine = engine.WithDebug(true);
        debugEngine.SetBreakpoint("specification");
        var stopped = await debugEngine.ExecuteAsync(input);
        Console.WriteLine($"{stopped.Status} before {stopped.StoppedAt}");
        var stepped = await debugEngine.StepAsync(stopped.ExecutionId!.Value);
        Console.WriteLine($"{stepped.Status} before {stepped.StoppedAt}");
        var ended = await debugEngine.ContinueAsync(stopped.ExecutionId!.Value);
        Console.WriteLine($"{ended.Status}, {engine.GetMetrics().SuccessRate:P0} succeed");

        // End of the example.
        Assert.Equal((ExecutionStatus.Paused, "specification"), (stopped.Status, stopped.StoppedAt));
        Assert.Equal((ExecutionStatus.Paused, "implementation"), (stepped.Status, stepped.StoppedAt));
        Assert.Equal((ExecutionStatus.Completed, null, "\"specified!\""), (ended.Status, ended.StoppedAt, Text(ended)));
        Assert.Equal(1, engine.GetMetrics().SuccessRate);
        Assert.True(engine.GetMetrics().AvgExecutionTime > TimeSpan.Zero);
        var source = await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "tests", "Sightglass.Core.Tests", "Debugging", "DebugEngineTests.cs"), Token);
        var reference = await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "docs", "reference", "monitoring.md"), Token);
        var begin = source.IndexOf("// Begin of the example.", StringComparison.Ordinal);
        var code = source[begin..source.IndexOf("// End of the example.", begin, StringComparison.Ordinal)].Split('\n').Skip(1).Select(l => l.Trim()).Where(l => l.Length > 0);
        Assert.Contains("```csharp\n" + string.Join('\n', code) + "\n```", reference, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_debug_breakpoints_are_ignored()
    {
        await using var engine = Engine();
        var view = engine.WithDebug(false);
        view.SetBreakpoint("specification");

        var result = await view.ExecuteAsync("a parser", Token);

        Assert.Equal((ExecutionStatus.Completed, "\"specified!\""), (result.Status, Text(result)));
        Assert.DoesNotContain("debug.", await LogAsync(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bare_input_runs_the_pipeline_of_the_engine_and_tells_what_is_printed()
    {
        await using var engine = Engine();

        var text = await engine.ExecuteAsync("a parser", cancellationToken: Token);
        var named = await engine.ExecuteAsync(new { task = "a lexer" }, (_, _) => { }, Token);
        var missing = await engine.ExecuteAsync((object?)null, cancellationToken: Token);

        Assert.Equal((ExecutionStatus.Completed, ExecutionStatus.Completed), (text.Status, named.Status));
        Assert.Contains("a lexer", await LogAsync(named), StringComparison.Ordinal);
        Assert.Null(missing.ExecutionId);
        Assert.NotEmpty(missing.Problems);
    }

    [Fact]
    public async Task Bare_input_is_refused_where_the_engine_has_no_pipeline()
    {
        await using var engine = new EngineHarness();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Engine.ExecuteAsync("x", cancellationToken: Token));
        Assert.Contains("PipelineEngineOptions.Pipeline", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Engine.WithDebug(true).ExecuteAsync("x", Token));
    }

    [Fact]
    public async Task Callback_decides_at_each_stop()
    {
        await using var engine = Engine();
        var view = engine.WithDebug(true);
        view.SetBreakpoint("planning");
        var hits = new List<BreakpointHit>();
        view.OnBreakpoint = hit =>
        {
            hits.Add(hit);
            return hit.Stage == "planning" ? DebugAction.Step : DebugAction.Continue;
        };

        var result = await view.ExecuteAsync("a parser", Token);

        Assert.Equal(ExecutionStatus.Completed, result.Status);
        Assert.Equal([("planning", false), ("specification", true)], hits.Select(h => (h.Stage, h.IsStep)));
        Assert.All(hits, h => Assert.Equal(result.ExecutionId, h.ExecutionId));
    }

    [Fact]
    public async Task Output_between_two_stops_is_told_once_and_in_order()
    {
        await using var harness = new EngineHarness();
        var view = harness.Engine.WithDebug(true);
        view.SetBreakpoint("b");
        var text = new StringBuilder();
        view.OnStageOutput = (stage, printed) => text.Append(stage).Append(':').Append(printed);
        var request = new StartRequest { Definition = EngineHarness.Parse("{ id: p, stages: [{ id: a, shell: { run: echo one } }, { id: b, needs: [a], shell: { run: echo two } }] }") };

        var stopped = await view.ExecuteAsync(request, Token);
        Assert.Equal("a:one\n", text.ToString());
        var ended = await view.ContinueAsync(stopped.ExecutionId!.Value, Token);

        Assert.Equal((ExecutionStatus.Completed, "a:one\nb:two\n"), (ended.Status, text.ToString()));
    }

    [Fact]
    public async Task Breakpoints_that_change_at_a_stop_hold_from_there_on()
    {
        await using var engine = Engine();
        var view = engine.WithDebug(true);
        view.SetBreakpoint("planning");
        view.SetBreakpoint("specification");
        var stopped = await view.ExecuteAsync("a parser", Token);

        view.ClearBreakpoint("specification");
        view.SetBreakpoint("implementation");
        var next = await view.ContinueAsync(stopped.ExecutionId!.Value, Token);

        Assert.Equal("implementation", next.StoppedAt);
        Assert.Equal(["implementation", "planning"], view.Breakpoints);
    }

    [Fact]
    public async Task Stop_survives_a_restart_of_the_engine()
    {
        Guid id;
        await using (var before = Engine())
        {
            var view = before.WithDebug(true);
            view.SetBreakpoint("specification");
            id = (await view.ExecuteAsync("a parser", Token)).ExecutionId!.Value;
        }

        await using var after = Engine();
        Assert.Equal(1, await after.RecoverAsync());
        var (status, stop, waitsFor) = await after.ReadStateAsync(id, s => (s.Status, s.Stop?.Stage, s.Find("specification")!.WaitingFor));
        Assert.Equal((ExecutionStatus.Paused, "specification", "breakpoint"), (status, stop, waitsFor));

        var ended = await after.WithDebug(true).ContinueAsync(id, Token);
        Assert.Equal((ExecutionStatus.Completed, "\"specified!\""), (ended.Status, Text(ended)));
    }

    [Fact]
    public async Task What_cannot_go_on_says_so_by_code()
    {
        await using var engine = Engine();
        var view = engine.WithDebug(true);
        view.SetBreakpoint("nowhere");
        var unknown = await view.ExecuteAsync("a parser", Token);
        view.ClearBreakpoint("nowhere");
        var ended = await view.ExecuteAsync("a parser", Token);

        Assert.Equal((null, "breakpoint_invalid"), (unknown.ExecutionId, unknown.Problems[0].Code));
        Assert.Equal((ExecutionStatus.Completed, "not_stopped"), await GoOn(ended.ExecutionId!.Value));
        Assert.Equal((ExecutionStatus.Failed, "not_stopped"), await GoOn(new Guid("0197a0c2-0000-7000-8000-00000000beef")));

        async Task<(ExecutionStatus, string)> GoOn(Guid id)
        {
            var result = await view.StepAsync(id, Token);
            return (result.Status, Assert.Single(result.Problems).Code);
        }
    }

    [Fact]
    public async Task Start_refuses_more_breakpoints_than_an_execution_may_have()
    {
        await using var engine = new EngineHarness();
        var definition = EngineHarness.Parse("{ id: p, stages: [{ id: a, code: { name: x } }] }");

        var refused = await engine.Engine.StartAsync(new StartRequest { Definition = definition, Breakpoints = [.. Enumerable.Repeat("a", 101)] });

        Assert.Equal("breakpoint_invalid", Assert.Single(refused.Problems).Code);
    }

    private static string Text(ExecutionResult result) => Encoding.UTF8.GetString(result.Output!.Json.Span);

    private PipelineEngine Engine() => new(new PipelineEngineOptions
    {
        Store = _store,
        StageTypes = [new CodeStage(_code), new DataStage()],
        Pipeline = EngineHarness.Parse(Feature),
    });

    private async Task<string> LogAsync(ExecutionResult result)
    {
        var page = await _store.ReadAsync(result.ExecutionId!.Value, 0, BlockFilter.All, 1 << 20, Token);
        return string.Concat(page.Blocks.Select(b => Encoding.UTF8.GetString(b.Bytes.Span)));
    }
}
