using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Tests.Executions.Golden;
using Xunit;

namespace Sightglass.Core.Tests.Executions;

/// <summary>Every golden log, those of released versions included, keeps the rules of the log and folds to its state.</summary>
public sealed class GoldenLogTests
{
    public static TheoryData<string> Names => [.. GoldenFiles.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Line_fits_the_schema_when_a_golden_log_holds_it(string name)
    {
        Assert.All(GoldenFiles.Read(name).EachLine(), line => Assert.Empty(EventSchema.Check(line)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fold_comes_to_the_state_file(string name) => AssertHolds(GoldenFiles.ReadState(name), GoldenFiles.Read(name).State());

    [Fact]
    public void Lost_attempt_took_the_time_until_that_was_found_when_nobody_measured_it()
    {
        var state = new ExecutionState();
        foreach (var e in GoldenFiles.Read("lost-stage").Events()) state.Apply(e.Data is StageFailed failed ? e with { Data = failed with { Duration = 0 } } : e);

        Assert.Equal((20_000d, true), (state.Stages[0].Duration, state.Stages[0].Lost));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Event_is_written_with_the_same_bytes_when_it_was_read(string name)
    {
        foreach (var line in GoldenFiles.Read(name).EachLine())
        {
            var output = new ArrayBufferWriter<byte>();
            EventJson.WriteLine(output, EventJson.Read(Encoding.UTF8.GetBytes(line)));
            Assert.Equal(line + "\n", Encoding.UTF8.GetString(output.WrittenSpan));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_has_the_hash_that_the_log_refers_to(string name)
    {
        var log = GoldenFiles.Read(name);
        var referenced = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var e in log.Events())
        {
            e.Data.MapPayloads(p =>
            {
                if (p.Reference is null) return p;
                referenced.Add(p.Reference);
                Assert.Equal(log.Values[p.Reference].Length, p.Bytes);
                return p;
            });
        }

        Assert.Equal(referenced, log.Values.Keys);
        Assert.All(log.Values, v => Assert.Equal(v.Key, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(v.Value.Span))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Log_keeps_its_rules_of_order(string name)
    {
        var events = GoldenFiles.Read(name).Events();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.Seq));
        Assert.IsType<ExecutionCreated>(events[0].Data);
        Assert.Single(events.Select(e => e.ExecutionId).Distinct());
        foreach (var (before, after) in events.Zip(events.Skip(1)))
        {
            Assert.True(after.Time >= before.Time, $"Time runs backwards at {after.Seq}.");
            if (before.Data is ExecutionCompleted or ExecutionFailed or ExecutionCancelled) Assert.IsType<ExecutionReopened>(after.Data);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Report_of_an_attempt_stands_between_its_start_and_its_end(string name)
    {
        var open = new HashSet<(string?, int)>();
        foreach (var e in GoldenFiles.Read(name).Events())
        {
            var attempt = (e.Stage, e.Attempt);
            if (e.Data is StageStarted or StageUndoStarted) Assert.True(open.Add(attempt), $"{attempt} starts twice.");
            else if (!e.Data.IsDecision) Assert.Contains(attempt, open);
            else if (e.Attempt > 0 && e.Data is StageCompleted or StageFailed or StageCancelled or StageUndoCompleted or StageUndoFailed) open.Remove(attempt);
        }
    }

    [Fact]
    public void Every_type_that_the_code_writes_is_in_the_schema_and_in_a_golden_log()
    {
        var written = typeof(EventData).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(EventData)) && t != typeof(UnknownData))
            .Select(t => ((EventData)Activator.CreateInstance(t)!).EventType)
            .Order(StringComparer.Ordinal).ToList();

        Assert.Equal(written, EventSchema.Types.Order(StringComparer.Ordinal));
        Assert.Equal(written, GoldenFiles.Names().SelectMany(n => GoldenFiles.Read(n).Events()).Select(e => e.Type).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Schema_uses_only_the_keywords_that_small_validators_know()
    {
        string[] known =
        [
            "$defs", "$ref", "$schema", "additionalProperties", "anyOf", "const", "description", "enum", "items", "maximum", "minimum", "pattern",
            "properties", "required", "type",
        ];
        Assert.Empty(EventSchema.Keywords.Except(known));
    }

    [Theory]
    [InlineData("""{"seq":1,"time":"2026-11-20T17:29:03.123456Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"execution.started","data":{"eventType":"execution.started"}}""")]
    [InlineData("""{"seq":1,"time":"2026-11-20T17:29:03.123456Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"execution.started","stage":"a","data":{}}""")]
    [InlineData("""{"seq":1,"time":"2026-11-20T17:29:03.1Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"execution.started","data":{}}""")]
    [InlineData("""{"seq":1,"time":"2026-11-20T17:29:03.123456Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"stage.skipped","stage":"a","data":{"reason":"weather"}}""")]
    [InlineData("""{"seq":0,"time":"2026-11-20T17:29:03.123456Z","executionId":"01a1fa01-2b93-7a3d-b14f-f31bab679c27","type":"stage.slept","stage":"a","data":{}}""")]
    public void Schema_refuses_what_the_code_does_not_write(string line) => Assert.NotEmpty(EventSchema.Check(line));

    // A later version may add fields to the state: what the file has must be there, in its order.
    private static void AssertHolds(string expected, string actual)
    {
        if (expected == actual) return;
        using var file = JsonDocument.Parse(expected);
        using var folded = JsonDocument.Parse(actual);
        AssertHolds(file.RootElement, folded.RootElement, "$");
    }

    private static void AssertHolds(JsonElement expected, JsonElement actual, string path)
    {
        Assert.True(expected.ValueKind == actual.ValueKind, $"{path} is {actual.ValueKind}, the file has {expected.ValueKind}.");
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in expected.EnumerateObject())
                {
                    Assert.True(actual.TryGetProperty(property.Name, out var value), $"{path}.{property.Name} is missing.");
                    AssertHolds(property.Value, value, $"{path}.{property.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.True(expected.GetArrayLength() == actual.GetArrayLength(), $"{path} has {actual.GetArrayLength()} items, the file {expected.GetArrayLength()}.");
                foreach (var (index, (item, other)) in expected.EnumerateArray().Zip(actual.EnumerateArray()).Index()) AssertHolds(item, other, $"{path}[{index}]");
                break;
            default:
                Assert.True(JsonElement.DeepEquals(expected, actual), $"{path} is {actual}, the file has {expected}.");
                break;
        }
    }
}
