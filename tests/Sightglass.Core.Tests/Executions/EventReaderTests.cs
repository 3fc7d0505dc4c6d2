using System.Buffers;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Tests.Executions.Golden;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>The quick reader reads what the one reads that takes every order, from the golden logs and from lines that another
/// version, or nobody, would write.</summary>
public sealed class EventReaderTests
{
    private const string Head = """{"seq":7,"time":"2026-11-20T17:29:03.123456Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":""";

    public static TheoryData<string> Names => [.. GoldenFiles.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_event_is_read_alike(string name)
    {
        var reader = new EventReader();
        foreach (var line in GoldenFiles.Read(name).EachLine()) Assert.Equal(line, Written(reader.Read(Encoding.UTF8.GetBytes(line))));
    }

    [Theory]
    [InlineData("\"stage.queued\",\"stage\":\"a\",\"data\":{\"lane\":\"low\",\"priority\":\"high\"}}")]
    [InlineData("\"stage.queued\",\"stage\":\"a\",\"data\":{\"priority\":\"high\",\"lane\":\"gpu\"}}")]
    [InlineData("\"stage.queued\",\"stage\":\"a\",\"data\":{\"priority\":\"high\",\"lane\":\"high\",\"new\":[1]}}")]
    [InlineData("\"stage.queued\",\"stage\":\"\\u0061\",\"data\":{\"priority\":\"high\",\"lane\":\"high\"}}")]
    [InlineData("\"stage.queued\",\"data\":{\"priority\":\"high\",\"lane\":\"high\"},\"stage\":\"a\"}")]
    [InlineData("\"stage.queuedx\",\"stage\":\"a\",\"data\":{\"priority\":\"high\"}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"iteration\":3,\"data\":{\"output\":{\"a\":[1,2,{\"b\":null}]},\"duration\":1E-05,\"willRepeat\":false}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":1.10,\"duration\":0.1,\"willRepeat\":false}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":1,\"duration\":0.1,\"willRepeat\":true}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":\"}\\\"\",\"duration\":123456.789,\"cost\":1.5,\"willRepeat\":false}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":{\"ref\":\"sha256:0\",\"bytes\":9,\"preview\":\"x\"},\"duration\":1,\"willRepeat\":false}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":{\"preview\":\"x\",\"bytes\":9,\"ref\":\"sha256:0\"},\"duration\":1,\"willRepeat\":false}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":{\"\\u0072ef\":\"sha256:0\",\"bytes\":9,\"preview\":\"x\"},\"duration\":1,\"willRepeat\":false}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":{\"refs\":1},\"duration\":1,\"willRepeat\":false}}")]
    [InlineData("\"stage.started\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"worker\":{\"process\":7,\"host\":\"h}\",\"id\":\"w\"},\"input\":null}}")]
    [InlineData("\"stage.started\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"worker\":{\"id\":\"w\",\"host\":\"h\",\"process\":7},\"input\":{},\"until\":\"2026-11-20T17:29:03.123456Z\"}}")]
    [InlineData("\"stage.started\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"input\":[]}}")]
    [InlineData("\"stage.slept\",\"stage\":\"a\",\"data\":{}}")]
    public void Line_of_another_order_or_version_is_read_alike(string rest)
    {
        var line = Encoding.UTF8.GetBytes(Head + rest);
        var reader = new EventReader();
        reader.Read(Encoding.UTF8.GetBytes(Head + "\"stage.started\",\"stage\":\"z\",\"attempt\":1,\"data\":{\"worker\":{\"id\":\"w\",\"host\":\"h\",\"process\":7},\"input\":1}}"));

        Assert.Equal(Written(EventJson.Read(line)), Written(reader.Read(line)));
    }

    [Theory]
    [InlineData("\"stage.queued\",\"stage\":\"a\",\"data\":{\"priority\":\"high\",\"lane\":\"high\"}")]
    [InlineData("\"stage.queued\",\"stage\":\"a\",\"data\":{\"priority\":\"high\",\"lane\":\"hi")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":2,\"data\":{\"output\":{\"a\":,\"duration\":1,\"willRepeat\":false}}")]
    [InlineData("\"stage.completed\",\"stage\":\"a\",\"attempt\":x,\"data\":{\"output\":1,\"duration\":1,\"willRepeat\":false}}")]
    public void Broken_line_is_refused(string rest) =>
        Assert.ThrowsAny<JsonException>(() => new EventReader().Read(Encoding.UTF8.GetBytes(Head + rest)));

    private static string Written(ExecutionEvent e)
    {
        var output = new ArrayBufferWriter<byte>();
        EventJson.WriteLine(output, e);
        return Encoding.UTF8.GetString(output.WrittenSpan[..^1]);
    }
}
