using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Server.Contracts;
using Sightglass.Server.Contracts.Dashboard;
using Sightglass.Server.Contracts.WorkflowLogs;
using Sightglass.Server.Contracts.Playbooks;
using Xunit;

namespace Sightglass.Server.Tests.Contracts;

/// <summary>Golden logs in the words of existing clients, held against transcripts that were written from their documents.</summary>
public sealed class MappingTests
{
    [Theory]
    [InlineData("agents")]
    [InlineData("early-exit")]
    [InlineData("cancel")]
    [InlineData("retries-exhausted")]
    public async Task Dashboard_gets_the_messages_of_its_transcript_when_a_log_is_told(string name)
    {
        await using var server = await ServerHarness.StartAsync();
        var log = GoldenLogFile.Read(name);
        await log.AppendAsync(server.Engine.Store, upTo: 1);
        var state = new ExecutionState();
        state.Apply(log.Events[0]);
        var messages = new DashboardMessages(state);
        var texts = new DashboardTexts(server.Engine.Store, log.Id);
        var sent = new List<ReadOnlyMemory<byte>>();
        foreach (var e in log.Events.Skip(1))
        {
            if (e.Data is StageStarted) texts.Begin(e.Stage!, e.Attempt);
            if (e.Data is StageOutputWritten piece) await texts.AddAsync(e, piece, default);
            if (e.Data is StageCompleted or StageFailed or StageCancelled && e.Attempt > 0 && await texts.EndAsync(e.Stage!, e.Attempt, e.Seq, default) is { } text)
                sent.Add(messages.Output(e.Stage!, text.Text, isFinal: true));
            sent.AddRange(messages.Apply(e));
            if (await texts.TakeNewsAsync(state, default) is { } news) sent.Add(messages.Output(news.Stage, news.Text.Text, isFinal: false));
        }

        sent.Add(messages.Closing(state.Output));
        JsonSame.Assert(GoldenLogFile.Expected("dashboard", name), sent);
    }

    [Theory]
    [InlineData("agents")]
    [InlineData("output-and-logs")]
    [InlineData("retries-exhausted")]
    public void Log_stream_gets_the_logs_of_its_transcript_when_a_log_is_told(string name)
    {
        var log = GoldenLogFile.Read(name);
        var logs = new ExecutionLogs(log.Id.ToString());

        JsonSame.Assert(GoldenLogFile.Expected("log-stream", name), [.. log.Events.SelectMany(logs.Apply)]);
    }

    [Theory]
    [InlineData("agents")]
    [InlineData("retries-exhausted")]
    public void Playbook_viewer_gets_the_frames_of_its_transcript_when_a_log_is_told(string name)
    {
        var log = GoldenLogFile.Read(name);
        var events = new PlaybookEvents(new ExecutionState(), new StageLines());
        var text = new StringBuilder();
        foreach (var e in log.Events)
        {
            var number = 0;
            foreach (var frame in events.Apply(e)) text.Append($"event: {frame.Type}\nid: {e.Seq}.{number++}\ndata: {Encoding.UTF8.GetString(frame.Json.Span)}\n\n");
        }

        Assert.Equal(GoldenLogFile.ExpectedText("playbook", name + ".sse"), text.ToString());
    }

    [Fact]
    public void Playbook_viewer_gets_messages_memory_state_and_personality_complete_when_agents_worked()
    {
        var run = new RunReports();
        foreach (var e in GoldenLogFile.Read("agents").Events) run.Apply(e);

        var actual = PlaybookAnswer.Of(writer => PlaybookRunJson.WriteRun(writer, run, null, null));

        JsonSame.Assert(JsonElement.Parse(GoldenLogFile.ExpectedText("playbook", "agents.run.json")), JsonElement.Parse(actual.Span));
    }

    [Fact]
    public void Every_client_gets_whole_messages_when_any_golden_log_is_told()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(GoldenLogFile.Folder, "logs"), "*.ndjson"))
        {
            var log = GoldenLogFile.Read(Path.GetFileNameWithoutExtension(file));
            var state = new ExecutionState();
            state.Apply(log.Events[0]);
            var dashboard = new DashboardMessages(state);
            var playbook = new PlaybookEvents(new ExecutionState(), new StageLines());
            var logs = new ExecutionLogs("x");
            var run = new RunReports();
            foreach (var e in log.Events)
            {
                run.Apply(e);
                Assert.All(playbook.Apply(e), f => Assert.Equal(f.Type, JsonElement.Parse(f.Json.Span).GetProperty("type").GetString()));
                Assert.All(logs.Apply(e), l => Assert.NotEmpty(JsonElement.Parse(l.Span).GetProperty("id").GetString()!));
                if (e.Seq > 1) Assert.All(dashboard.Apply(e), m => Assert.Equal(log.Id, JsonElement.Parse(m.Span).GetProperty("executionId").GetGuid()));
            }

            var view = JsonElement.Parse(PlaybookAnswer.Of(writer => PlaybookRunJson.WriteRun(writer, run, null, null)).Span).GetProperty("data");
            Assert.Equal(run.State.Stages.Count, view.GetProperty("steps").GetArrayLength());
        }
    }
}
