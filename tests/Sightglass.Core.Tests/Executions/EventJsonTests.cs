using System.Buffers;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Tests.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

public sealed class EventJsonTests
{
    private const string FutureLog = """
        {"seq":1,"time":"2031-01-01T00:00:00.000000Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"execution.created","region":"moon","data":{"pipelineId":"p","name":"P","definitionHash":"sha256:x","input":{},"quota":{"gpu":2},"plan":{"stages":[{"id":"a","name":"A","type":"dream","colour":"red"}],"edges":[],"lanes":[]}}}
        {"seq":2,"time":"2031-01-01T00:00:01.000000Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"execution.blessed","data":{"by":["a","b"]}}
        {"seq":3,"time":"2031-01-01T00:00:02.000000Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"stage.started","stage":"a","attempt":1,"shard":7,"data":{"input":{},"worker":{"id":"w","host":"h","process":1,"rack":9},"mood":null}}
        {"seq":4,"time":"2031-01-01T00:00:03.000000Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"stage.dreamt","stage":"a","attempt":1,"data":"sheep"}
        {"seq":5,"time":"2031-01-01T00:00:04.000000Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"stage.started","stage":"unheard-of","attempt":1,"data":{"input":{}}}
        {"seq":6,"time":"2031-01-01T00:00:05.000000Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"stage.completed","stage":"a","attempt":1,"data":{"output":1,"duration":2000,"willRepeat":false,"joules":3}}
        {"seq":7,"time":"2031-01-01T00:00:06.000000Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"execution.archived"}
        """;

    [Fact]
    public void Fold_ignores_types_and_fields_that_it_does_not_know()
    {
        var state = new ExecutionState();
        foreach (var e in EventJson.ReadBlock(Encoding.UTF8.GetBytes(FutureLog))) state.Apply(e);

        Assert.Equal(7, state.LastSeq);
        Assert.Equal(StageStatus.Completed, Assert.Single(state.Stages).Status);
        Assert.Equal(2000, state.Stages[0].Duration);
    }

    [Fact]
    public void Unknown_type_keeps_its_data_when_it_is_written_again()
    {
        var line = FutureLog.Split('\n')[1];

        Assert.Equal(line + "\n", Write(EventJson.Read(Encoding.UTF8.GetBytes(line))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"seq":0,"type":"execution.started","data":{}}""")]
    [InlineData("""{"seq":1,"data":{},"type":"execution.started"}""")]
    [InlineData("""{"seq":1,"type":"execution.started","data":{}""")]
    public void Read_refuses_what_is_no_event(string line) => Assert.ThrowsAny<JsonException>(() => EventJson.Read(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Data_holds_nothing_but_its_own_fields()
    {
        var line = Write(new ExecutionEvent(1, DateTimeOffset.UnixEpoch, Guid.Empty, "a", 1, 0, new StageProgressed { Fraction = 0.5 }));

        Assert.EndsWith("\"data\":{\"fraction\":0.5}}\n", line);
    }

    [Fact]
    public void Unpaired_surrogate_becomes_a_replacement_character_when_it_is_written()
    {
        var line = Write(new ExecutionEvent(1, DateTimeOffset.UnixEpoch, Guid.Empty, "a", 1, 0, new StageLogged { Message = "a\uD83Db" }));

        Assert.Equal("a\uFFFDb", Assert.IsType<StageLogged>(EventJson.Read(Encoding.UTF8.GetBytes(line)).Data).Message);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(10_000)]
    public void Value_that_looks_like_a_reference_is_stored_when_it_is_of_any_size(int length)
    {
        var payload = Payload.FromText(new string('x', length));
        var looks = Payload.FromJson(Encoding.UTF8.GetBytes($$"""{"ref":{{Encoding.UTF8.GetString(payload.Json.Span)}},"bytes":1,"preview":""}"""));

        Assert.False(looks.IsInline);
    }

    [Fact]
    public void Value_that_looks_like_a_reference_is_stored_when_it_is_nested_deeply() =>
        Assert.False(Payload.FromJson(Encoding.UTF8.GetBytes($$"""{"ref":{{new string('[', 100)}}{{new string(']', 100)}},"bytes":1,"preview":""}""")).IsInline);

    [Theory]
    [InlineData(60)]
    [InlineData(250)]
    public async Task Execution_ends_when_a_stage_gives_a_deeply_nested_value(int depth)
    {
        await using var engine = new EngineHarness();
        engine.Code.Register("nest", _ => JsonDocument.Parse(new string('[', depth) + new string(']', depth), new JsonDocumentOptions { MaxDepth = 1000 }).RootElement);

        var run = await engine.RunAsync("""
            id: nested
            stages:
              - { id: nest, code: { name: nest } }
              - { id: copy, type: data, data: { value: stages.nest.output } }
            """);

        Assert.True(run.State.Status.IsTerminal());
    }

    private static string Write(ExecutionEvent e)
    {
        var output = new ArrayBufferWriter<byte>();
        EventJson.WriteLine(output, e);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
