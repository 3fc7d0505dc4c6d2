using System.Text.Json;
using Microsoft.Extensions.AI;
using Sightglass.Core.Agents;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;
using Sightglass.Core.Tests.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Agents;

public sealed class AgentStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Answer_streams_and_becomes_the_output_with_its_tokens_and_cost()
    {
        _folder.Write("turns.yaml", "turns:\n  - text: The answer is 42.\n    usage: { input: 1000, output: 500 }\n");
        var output = new RecordedOutput();
        var options = new AgentStageOptions { Prices = new Dictionary<string, ModelPrice> { ["script/turns.yaml"] = new(2, 8) } };

        var result = await RunAsync(new { prompt = "?" }, output, options: options);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal("The answer is 42.", result.Json().GetString());
        Assert.Equal("The answer is 42.", output.Text);
        Assert.Equal(4, output.Writes);
        Assert.Equal(new TokenUsage(1000, 500), result.Tokens);
        Assert.Equal(0.006m, result.Cost);
    }

    [Fact]
    public async Task Cost_is_unknown_when_the_model_has_no_price()
    {
        _folder.Write("turns.yaml", "turns: [{ text: hi }]");

        var result = await RunAsync(new { prompt = "one two" });

        Assert.Null(result.Cost);
        Assert.Equal(new TokenUsage(2, 1), result.Tokens);
    }

    [Fact]
    public async Task Personality_and_system_text_tell_the_model_who_it_is()
    {
        var asked = new List<ChatMessage>();
        var clients = new ChatClientRegistry().Register("test", request =>
        {
            Assert.Equal("key", request.ApiKey);
            Assert.DoesNotContain("key", request.ToString(), StringComparison.Ordinal);
            return new Answering(messages =>
            {
                asked.AddRange(messages);
                return "fine";
            });
        });

        await RunAsync(new { prompt = "Weigh this.", personality = "analyst", system = "Answer shortly.", model = new { provider = "test", name = "m", apiKey = "key" } }, clients: clients);

        Assert.Equal(
            "You are Analytical Researcher. Weighs evidence.\nTone: precise\nRisk tolerance: low\nRules:\n- never invent a source\n\nAnswer shortly.",
            asked[0].Text);
        Assert.Equal(ChatRole.System, asked[0].Role);
        Assert.Equal("Weigh this.", asked[1].Text);
    }

    [Theory]
    [InlineData("""{"overall": 1}""")]
    [InlineData("Here it is:\n```json\n{\"overall\": 1}\n```\nBye.")]
    [InlineData("```\nnot json\n```\n```JSON\n{\"overall\": 1}\n```")]
    [InlineData("```json\n{\"overall\": 1}")]
    public async Task Json_is_read_from_the_answer_or_its_fence(string answer)
    {
        var result = await RunAsync(answer, """{"type":"object","required":["overall"]}""");

        Assert.Equal("""{"overall":1}""", result.Json().GetRawText());
    }

    [Fact]
    public async Task Stage_fails_when_the_answer_is_no_json()
    {
        var result = await RunAsync("I cannot do that.", "true");

        Assert.Equal("output_not_json", result.Error!.Code);
        Assert.Equal("I cannot do that.", result.Json().GetString());
        Assert.NotNull(result.Tokens);
    }

    [Fact]
    public async Task Stage_fails_when_the_answer_does_not_fit_the_schema()
    {
        var result = await RunAsync("""{"score": 11}""", """{"required":["overall"],"properties":{"score":{"maximum":10}}}""");

        Assert.Equal("output_schema", result.Error!.Code);
        Assert.Equal("$ lacks 'overall'\n$.score must be at most 10", result.Error.Detail);
        Assert.Equal("""{"score":11}""", result.Json().GetRawText());
    }

    [Fact]
    public async Task Consulted_personalities_are_asked_first_and_what_they_say_is_recorded()
    {
        _folder.Write("turns.yaml", "turns:\n  - match: asks for your view\n    text: Looks thin.\n  - match: 'View of reviewer:'\n    text: Revised.\n");
        var output = new RecordedOutput();

        var result = await RunAsync(new { prompt = "Write it.", personality = "analyst", consult = new[] { "reviewer" } }, output);

        Assert.Equal("Revised.", result.Json().GetString());
        Assert.Equal("Revised.", output.Text);
        Assert.Equal(["analyst reviewer request \"Write it.\"", "reviewer analyst response \"Looks thin.\""], output.Messages.Select(m => $"{m.From} {m.To} {m.Kind} {m.Payload.GetRawText()}"));
    }

    [Theory]
    [InlineData("""{"prompt":"x"}""", "model_missing")]
    [InlineData("""{"prompt":"x","model":{"provider":"scirpt","name":"a"}}""", "model_provider_unknown")]
    [InlineData("""{"prompt":"x","model":{"provider":"script","name":"missing.yaml"}}""", "model_setup_failed")]
    [InlineData("""{"prompt":"x","model":{"provider":"script","name":"../missing.yaml"}}""", "model_setup_failed")]
    [InlineData("""{"prompt":"x","personality":"analist","model":{"provider":"script","name":"a"}}""", "personality_not_found")]
    [InlineData("""{"prompt":"x","memory":{"write":"all"},"model":{"provider":"script","name":"a"}}""", "memory_invalid")]
    public async Task Stage_fails_with_a_code_when_it_cannot_ask(string body, string code)
    {
        var result = await new AgentStage(new ChatClientRegistry()).RunAsync(Run(body, new RecordedOutput(), null), TestContext.Current.CancellationToken);

        Assert.Equal(code, result.Error!.Code);
    }

    [Fact]
    public async Task Stage_fails_with_the_models_message_and_keeps_what_was_said()
    {
        _folder.Write("turns.yaml", "turns: [{ text: 'so far', error: 'overloaded, key sk-12345678' }]");
        var output = new RecordedOutput();

        var result = await new AgentStage(new ChatClientRegistry()).RunAsync(
            SomeRun.Of("""{"prompt":"x","model":{"provider":"script","name":"turns.yaml"}}""", output, folder: _folder.Path, secrets: ["sk-12345678"]), TestContext.Current.CancellationToken);

        Assert.Equal(new StageError("model_failed", "script/turns.yaml failed: overloaded, key ***"), result.Error);
        Assert.Equal("so far", output.Text);
    }

    [Fact]
    public async Task Failure_of_the_log_is_not_the_models()
    {
        _folder.Write("turns.yaml", "turns: [{ text: hi }]");

        var error = await Assert.ThrowsAsync<IOException>(() => RunAsync(new { prompt = "x" }, new RecordedOutput { Failure = new IOException("disk full") }));

        Assert.Equal("disk full", error.Message);
    }

    [Fact]
    public async Task Stage_stops_between_two_tokens_when_it_is_told_to()
    {
        _folder.Write("turns.yaml", "turns: [{ text: 'one two three', delay: 1h, firstDelay: 0s }]");
        var output = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var running = RunAsync(new { prompt = "x" }, output, stop: stop);
        await output.WhenAsync(o => o.Text == "one ");

        await stop.CancelAsync();

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
    }

    [Fact]
    public async Task Characters_that_the_model_splits_are_joined()
    {
        var output = new RecordedOutput();
        var clients = new ChatClientRegistry().Register("test", _ => new Answering(_ => "a😀b", splitAt: 2));

        await RunAsync(new { prompt = "x", model = new { provider = "test", name = "m" } }, output, clients: clients);

        Assert.Equal("a😀b", output.Text);
    }

    public void Dispose() => _folder.Dispose();

    private Task<StageResult> RunAsync(string answer, string schema)
    {
        _folder.Write("turns.json", JsonSerializer.Serialize(new { turns = new[] { new { text = answer } } }));
        var definition = new StageDefinition { Id = "a", Output = new OutputDefinition { Format = "json", Schema = JsonElement.Parse(schema) } };
        return new AgentStage(new ChatClientRegistry()).RunAsync(
            Run("""{"prompt":"x","model":{"provider":"script","name":"turns.json"}}""", new RecordedOutput(), definition), TestContext.Current.CancellationToken);
    }

    private Task<StageResult> RunAsync(object body, RecordedOutput? output = null, ChatClientRegistry? clients = null, AgentStageOptions? options = null, CancellationTokenSource? stop = null)
    {
        var fields = JsonSerializer.SerializeToElement(body).EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        fields.TryAdd("model", JsonElement.Parse("""{"provider":"script","name":"turns.yaml"}"""));
        return new AgentStage(clients ?? new ChatClientRegistry(), options).RunAsync(Run(JsonSerializer.Serialize(fields), output ?? new RecordedOutput(), null), stop?.Token ?? TestContext.Current.CancellationToken);
    }

    private StageRun Run(string body, RecordedOutput output, StageDefinition? definition) => SomeRun.Of(body, output, definition, folder: _folder.Path, pipeline: new PipelineDefinition
    {
        Id = "p",
        Personalities = new Dictionary<string, PersonalityDefinition>
        {
            ["analyst"] = new() { Name = "Analytical Researcher", Description = "Weighs evidence.", Tone = "precise", RiskTolerance = "low", Constraints = ["never invent a source"] },
            ["reviewer"] = new(),
        },
    });

    private sealed class Answering(Func<IEnumerable<ChatMessage>, string> answer, int splitAt = 0) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            var text = answer(messages);
            yield return new ChatResponseUpdate(ChatRole.Assistant, text[..splitAt]);
            yield return new ChatResponseUpdate(ChatRole.Assistant, text[splitAt..]);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
