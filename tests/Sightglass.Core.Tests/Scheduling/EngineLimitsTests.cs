using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Xunit;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>What an engine refuses or shortens, at each limit and one beyond.</summary>
public sealed class EngineLimitsTests
{
    private const string Approval = "{ id: p, stages: [{ id: a, triggers: { approval: { by: [operator] } }, type: data, data: { value: '1' } }] }";

    [Fact]
    public async Task Start_is_refused_while_as_many_executions_are_open_as_may_be()
    {
        await using var engine = Engine(o => o with { MaxOpen = 2 });
        var request = new StartRequest { Definition = EngineHarness.Parse(Approval) };

        var first = await engine.StartAsync(request);
        var second = await engine.StartAsync(request);
        var refused = await engine.StartAsync(request);
        await engine.CancelAsync(first.ExecutionId!.Value);
        await engine.WaitForEndAsync(first.ExecutionId.Value, TestContext.Current.CancellationToken);
        var later = await engine.StartAsync(request);

        Assert.True(second.IsStarted);
        Assert.Equal((false, true, "too_many_executions"), (refused.IsStarted, refused.IsUnavailable, refused.Problems[0].Code));
        Assert.True(later.IsStarted);
    }

    [Fact]
    public async Task Child_starts_also_when_as_many_executions_are_open_as_may_be()
    {
        var child = EngineHarness.Parse("{ id: child, stages: [{ id: c, type: data, data: { value: '1' } }] }");
        await using var engine = Engine(o => o with { MaxOpen = 1, FindPipeline = id => id == "child" ? child : null });

        var result = await engine.ExecuteAsync(new StartRequest { Definition = EngineHarness.Parse("{ id: p, stages: [{ id: a, pipeline: { id: child } }] }") });

        Assert.Equal(ExecutionStatus.Completed, result.Status);
    }

    [Theory]
    [InlineData(32, 200, null)]
    [InlineData(33, 1, "labels_too_many")]
    [InlineData(1, 201, "labels_too_many")]
    public async Task Labels_are_refused_beyond_their_limit(int count, int length, string? code)
    {
        await using var engine = Engine();
        var labels = Enumerable.Range(0, count).ToDictionary(i => "l" + i, _ => new string('"', length));

        Assert.Equal(code, await StartAsync(engine, new StartRequest { Definition = EngineHarness.Parse(Approval), Labels = labels }));
    }

    [Theory]
    [InlineData(1000, null)]
    [InlineData(1001, "name_too_long")]
    public async Task Names_of_a_start_are_refused_beyond_their_limit(int length, string? code)
    {
        await using var engine = Engine();
        var request = new StartRequest { Definition = EngineHarness.Parse(Approval) };
        var name = new string('ü', length);

        Assert.Equal(code, await StartAsync(engine, request with { RequestedBy = name }));
        Assert.Equal(code, await StartAsync(engine, request with { ExternalId = name }));
        Assert.Equal(code, await StartAsync(engine, request with { Trigger = name }));
    }

    [Theory]
    [InlineData(4096, null)]
    [InlineData(4097, "name_too_long")]
    public async Task Folder_is_refused_beyond_its_limit(int length, string? code)
    {
        await using var engine = Engine();

        Assert.Equal(code, await StartAsync(engine, new StartRequest { Definition = EngineHarness.Parse(Approval), BaseFolder = new string('/', length) }));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(30_000)]
    [InlineData(47_000)]
    [InlineData(100_000)]
    public async Task First_event_is_within_its_limit_whatever_name_labels_and_input_take(int input)
    {
        await using var harness = new EngineHarness();
        var definition = EngineHarness.Parse("{ id: p, inputs: { t: { type: string } }, stages: [{ id: a, type: data, data: { value: '1' } }] }") with { Name = new string('n', 200_000), Version = new string('v', 200_000) };
        var labels = Enumerable.Range(0, 32).ToDictionary(i => i + new string('€', 150), _ => new string('€', 200));

        var started = await harness.Engine.StartAsync(new StartRequest { Definition = definition, Labels = labels, Sets = new Dictionary<string, string> { ["t"] = new string('x', input) } });
        var run = await harness.ReadAsync(started.ExecutionId!.Value);

        var page = await harness.Store.ReadAsync(run.Id, 0, BlockFilter.All, 1);
        Assert.InRange(page.Blocks[0].Bytes.Span.IndexOf((byte)'\n'), 1, EventJson.MaxEventBytes);
        var created = run.Data<ExecutionCreated>().Single();
        Assert.Equal((new string('n', 1000) + "… (199000 more characters)", labels.Count), (created.Name, created.Labels?.Count));
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(600, "start_too_large")]
    public async Task Start_is_refused_when_the_pipelines_that_it_calls_do_not_fit_into_the_first_event(int count, string? code)
    {
        var called = EngineHarness.Parse("{ id: called, stages: [{ id: c, type: data, data: { value: '1' } }] }");
        await using var engine = Engine(o => o with { FindPipeline = id => called with { Id = id } });
        var stages = string.Join(", ", Enumerable.Range(0, count).Select(i => $"{{ id: s{i}, pipeline: {{ id: called-{i} }} }}"));

        Assert.Equal(code, await StartAsync(engine, new StartRequest { Definition = EngineHarness.Parse($"{{ id: p, stages: [{stages}] }}") }));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "output_too_large")]
    public async Task Output_value_fails_its_stage_beyond_the_limit(int beyond, string? code)
    {
        await using var engine = new EngineHarness();
        engine.Code.Register("large", _ => new string('x', ExecutionLimits.MaxOutputBytes - 2 + beyond));

        var run = await engine.RunAsync("{ id: p, stages: [{ id: a, code: { name: large } }] }");

        Assert.Equal(code, run.Stage("a").Error?.Code);
    }

    [Theory]
    [InlineData(100_000, null)]
    [InlineData(100_001, "items_invalid")]
    public async Task ForEach_fails_its_stage_beyond_the_limit(int count, string? code)
    {
        await using var engine = new EngineHarness();
        engine.Code.Register("items", _ => Enumerable.Repeat(1, count).ToArray());

        var id = await engine.StartAsync("{ id: p, stages: [{ id: a, code: { name: items } }, { id: b, needs: [a], forEach: '${{ stages.a.output }}', maxParallel: 1, code: { name: never } }] }");
        var seen = await engine.WaitForAsync(id, e => e.Stage == "b" && e.Data is StageExpanded or StageFailed);

        Assert.Equal(code, (seen.Data as StageFailed)?.Error?.Code);
        await engine.Engine.CancelAsync(id);
    }

    [Fact]
    public async Task Who_gives_a_command_is_shortened_beyond_the_limit()
    {
        await using var engine = new EngineHarness();
        var (atLimit, beyond) = (await engine.StartAsync(Approval), await engine.StartAsync(Approval));

        await engine.Engine.CancelAsync(atLimit, new string('x', 1000));
        await engine.Engine.CancelAsync(beyond, new string('x', 100_000));

        Assert.Equal(new string('x', 1000), await ByAsync(atLimit));
        Assert.Equal(new string('x', 1000) + "… (99000 more characters)", await ByAsync(beyond));

        async Task<string?> ByAsync(Guid id) => (await engine.ReadAsync(id)).Data<ExecutionCancelling>().Single().By;
    }

    [Fact]
    public async Task Stage_writes_on_only_when_there_is_room_where_little_may_wait()
    {
        var code = new CodeRegistry().Register("print", async c =>
        {
            for (var i = 0; i < 500; i++) await c.Output.WriteAsync($"{i}\n");
        });
        await using var engine = Engine(o => o with { StageTypes = [new CodeStage(code)], Output = new OutputOptions { MaxWaitingBytes = 1, MaxWaitingItems = 1, BatchBytes = 1 } });
        var text = new System.Text.StringBuilder();

        var result = await engine.ExecuteAsync(
            new StartRequest { Definition = EngineHarness.Parse("{ id: p, stages: [{ id: a, code: { name: print } }] }") },
            (_, printed) => text.Append(printed)).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(ExecutionStatus.Completed, result.Status);
        Assert.Equal(string.Concat(Enumerable.Range(0, 500).Select(i => i + "\n")), text.ToString());
    }

    [Fact]
    public async Task Output_is_dropped_beyond_what_the_engine_allows_unless_the_stage_asks_for_more()
    {
        var code = new CodeRegistry().Register("print", c => c.Output.WriteAsync("12345"));
        await using var engine = Engine(o => o with { StageTypes = [new CodeStage(code)], Output = new OutputOptions { MaxStreamBytes = 4 } });
        var text = new System.Text.StringBuilder();

        await engine.ExecuteAsync(
            new StartRequest { Definition = EngineHarness.Parse("{ id: p, stages: [{ id: a, code: { name: print } }, { id: b, needs: [a], output: { maxBytes: 5 }, code: { name: print } }] }") },
            (stage, printed) => text.Append(stage + ":" + printed + " "));

        Assert.Equal("a:1234 b:12345 ", text.ToString());
    }

    public static TheoryData<Func<PipelineEngineOptions, PipelineEngineOptions>> Senseless => new(
        o => o with { Slots = -1 },
        o => o with { MaxOpen = 0 },
        o => o with { MaxPlans = 0 },
        o => o with { Grace = TimeSpan.FromTicks(-1) },
        o => o with { Grace = TimeSpan.FromDays(2) },
        o => o with { IdempotencyRetention = TimeSpan.Zero },
        o => o with { Output = new OutputOptions { MaxStreamBytes = -1 } },
        o => o with { Output = new OutputOptions { MaxWaitingBytes = 0 } },
        o => o with { Output = new OutputOptions { MaxWaitingItems = 0 } },
        o => o with { Output = new OutputOptions { BatchBytes = 0 } });

    [Theory]
    [MemberData(nameof(Senseless))]
    public void Engine_is_refused_when_a_limit_makes_no_sense(Func<PipelineEngineOptions, PipelineEngineOptions> change) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine(change));

    private static PipelineEngine Engine(Func<PipelineEngineOptions, PipelineEngineOptions>? change = null)
    {
        var options = new PipelineEngineOptions { Store = new InMemoryEventStore(), StageTypes = [new DataStage()] };
        return new PipelineEngine(change?.Invoke(options) ?? options);
    }

    private static async Task<string?> StartAsync(PipelineEngine engine, StartRequest request) => (await engine.StartAsync(request)).Problems.Select(p => p.Code).FirstOrDefault();
}
