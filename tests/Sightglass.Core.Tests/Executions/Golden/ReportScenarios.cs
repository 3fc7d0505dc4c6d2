using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>What stages say while they run, and texts that try to break the log.</summary>
internal static class ReportScenarios
{
    private const string Hostile =
        "</script><script>alert(1)</script> \u202Egnirts\u202C \u2028\u2029 \0\u0001\u001b[31mred\u001b[0m\u007f '\"\\` ${{ secrets.API_KEY }} \uFEFF\uFFFD e\u0301 👩‍👩‍👧 \U0001F4A9\r\n\t{\"seq\":1}";

    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        new("output-and-logs", OutputAsync),
        new("agents", AgentsAsync),
        new("hostile-text", HostileAsync),
        new("secrets", SecretsAsync),
    ];

    private static async Task OutputAsync(GoldenEngine engine)
    {
        engine.On("build", async (run, token) =>
        {
            await run.Output.ProgressAsync(0, "compiling", token);
            await run.Output.WriteAsync("Compiling…\n"u8.ToArray(), OutputStream.Output, token);
            await engine.SeenAsync("stage.output", "build", 1);
            engine.Clock.Advance(120.5);
            await run.Output.WriteAsync("warning: unused ‹x›\n"u8.ToArray(), OutputStream.Error, token);

            // A character cut in two by the pipe it came through.
            await run.Output.WriteAsync(new byte[] { 0xF0, 0x9F }, OutputStream.Output, token);
            await run.Output.LogAsync(LogSeverity.Debug, "cache miss", JsonDocument.Parse("""{"key":"a/b","bytes":12.50,"hit":false}""").RootElement, token);
            await run.Output.WriteAsync(new byte[] { 0x9A, 0x80, 0x0A, 0xFF, 0x0A }, OutputStream.Output, token);
            await run.Output.LogAsync(LogSeverity.Info, "half way", null, token);
            await run.Output.ProgressAsync(0.5, null, token);
            await engine.SeenAsync("stage.progress", "build", 2);
            engine.Clock.Advance(80);
            await run.Output.LogAsync(LogSeverity.Warning, "slow disk", null, token);
            await run.Output.LogAsync(LogSeverity.Error, "retrying", JsonDocument.Parse("null").RootElement, token);
            await run.Output.ProgressAsync(7, "done", token);
            return ScriptedStage.Done("""{"exitCode":0,"stdout":"Compiling…\n🚀\n�\n","stderr":"warning: unused ‹x›\n"}""") with { Resources = new ResourceUsage(180.25, 52_428_800, 90.5) };
        });
        await engine.StartAsync("""
            id: build
            stages:
              - { id: build, shell: { run: make } }
            """);
        await engine.EndedAsync();
    }

    private static async Task AgentsAsync(GoldenEngine engine)
    {
        engine.On("analyze", async (run, token) =>
        {
            await run.Output.MemoryAsync(new AgentMemory("recall", "Last time the prompt asked for a table.", "summarize"), token);
            await run.Output.WriteAsync("The prompt asks for "u8.ToArray(), OutputStream.Output, token);
            await run.Output.ToolAsync(new AgentToolCall("search", Json("""{"q":"tides","top":3}"""), Json("""["moon","sun"]"""), 312.75), token);
            await engine.SeenAsync("agent.tool", "analyze");
            engine.Clock.Advance(900);
            await run.Output.WriteAsync("an explanation."u8.ToArray(), OutputStream.Output, token);
            await run.Output.SharedStateAsync("audience", null, Json("\"child\""), token);
            await run.Output.MemoryAsync(new AgentMemory("write", "Explanations of tides are for children.", null), token);
            return ScriptedStage.Done("""{"overall":"INCOMPLETE","score":0.4}""") with { Cost = 0.00125m, Tokens = new TokenUsage(412, 96) };
        });
        engine.On("agree", async (run, token) =>
        {
            await run.Output.MessageAsync(new AgentMessage("writer", "reviewer", "request", "none", Json("\"Is this clear?\"")), token);
            await run.Output.MessageAsync(new AgentMessage("reviewer", "writer", "response", "agent", Json("""{"clear":false,"why":"too long"}""")), token);
            await run.Output.MessageAsync(new AgentMessage("writer", "editor", "delegation", "supervisor", Json("\"Shorten it.\"")), token);
            await run.Output.MessageAsync(new AgentMessage("editor", "ann", "escalation", "human", Json("null")), token);
            await run.Output.SharedStateAsync("audience", Json("\"child\""), Json("""{"age":9}"""), token);
            await run.Output.SharedStateAsync("draft", Json("1"), null, token);
            await engine.SeenAsync("agent.state", "agree", 2);
            engine.Clock.Advance(2100);
            return ScriptedStage.Done("\"Tides are the sea following the moon.\"") with { Cost = 0.0040m, Tokens = new TokenUsage(1204, 310) };
        });
        await engine.StartAsync("""
            id: tides
            name: Explain Tides
            personalities:
              analyst:
                name: Analytical Researcher
                description: Weighs evidence – before it answers; doesn't guess.
                tone: precise
                style: structured
                riskTolerance: low
                domain: prompt engineering
                collaboration: asks for review
                constraints: [never invent a source, "no <html>"]
            stages:
              - id: analyze
                agent: { personality: analyst, model: { provider: script, name: analyze.yaml, temperature: 0.1, maxTokens: 1024 }, system: Answer with one JSON object., prompt: "Analyse: tides" }
                output: { format: json }
              - { id: agree, needs: [analyze], agent: { model: { provider: script, name: agree.yaml }, prompt: "Score ${{ stages.analyze.output.score }}" } }
            """);
        await engine.EndedAsync();
    }

    private static async Task HostileAsync(GoldenEngine engine)
    {
        engine.On("shout", async (run, token) =>
        {
            await run.Output.WriteAsync(Encoding.UTF8.GetBytes(Hostile), OutputStream.Output, token);
            await run.Output.LogAsync(LogSeverity.Info, Hostile, Json($$"""{"__proto__":{"polluted":true},"constructor":"x","":0,{{Text(Hostile)}}:[1e400,-0.0,1.50,12345678901234567890]}"""), token);
            await run.Output.ProgressAsync(double.NaN, "no number", token);
            return StageResult.Failed("code_failed", Hostile, "\r\n\0") with { Output = Encoding.UTF8.GetBytes($$"""{"echo":{{Text(Hostile)}}}""") };
        });
        await engine.StartAsync(
            """
            id: hostile
            name: "<b>Name</b> \u202E"
            onFailure: continue
            inputs: { text: { type: string }, looks: { type: object } }
            stages:
              - { id: __proto__, name: "\"quoted\" & 'single'", type: data, data: { value: inputs.text } }
              - { id: toString, type: data, needs: [__proto__], data: { value: inputs.looks } }
              - { id: constructor, type: data, needs: [toString], data: { value: stages.toString.output.preview } }
              - { id: shout, shell: { run: ./shout.sh }, needs: [constructor] }
            """,
            $$$"""{"text":{{{Text(Hostile)}}},"looks":{"ref":"sha256:not-one","bytes":3,"preview":"I only look like a reference"}}""",
            r => r with { RequestedBy = Hostile, Labels = new Dictionary<string, string> { ["__proto__"] = Hostile } });
        await engine.EndedAsync();
    }

    private static async Task SecretsAsync(GoldenEngine engine)
    {
        engine.On("call", async (run, token) =>
        {
            var key = run.Input.GetProperty("env").GetProperty("KEY").GetString()!;
            await run.Output.WriteAsync(Encoding.UTF8.GetBytes($"using {key}\n"), OutputStream.Output, token);
            await run.Output.LogAsync(LogSeverity.Info, $"key is {key}", JsonSerializer.SerializeToElement(new { key }), token);
            return ScriptedStage.Done(JsonSerializer.Serialize(new { exitCode = 0, stdout = $"using {key}\n", pin = run.Input.GetProperty("env").GetProperty("PIN").GetString() }));
        });
        await engine.StartAsync(
            """
            id: keys
            inputs: { pin: { type: string, secret: true }, user: { type: string, default: ann } }
            stages:
              - { id: call, shell: { run: ./call.sh, env: { KEY: "${{ secrets.API_KEY }}", PIN: "${{ inputs.pin }}", WHO: "${{ inputs.user }}" } } }
              - { id: absent, needs: [call], shell: { run: ./call.sh, env: { KEY: "${{ secrets.NOT_THERE }}" } } }
            """,
            """{"pin":"493-220-118"}""");
        await engine.EndedAsync();
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static string Text(string text) => Encoding.UTF8.GetString(Payload.FromText(text).Json.Span);
}
