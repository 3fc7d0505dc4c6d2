using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Agents;

/// <summary>Asks a chat model and streams its answer token by token.</summary>
/// <param name="clients">The providers.</param>
/// <param name="options">Settings; the defaults where there are none.</param>
public sealed class AgentStage(ChatClientRegistry clients, AgentStageOptions? options = null) : IStageType
{
    private readonly AgentStageOptions _options = (options ?? new AgentStageOptions()).Checked();

    /// <inheritdoc/>
    public string Name => "agent";

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        var body = run.Input.Deserialize(DefinitionJson.Context.AgentDefinition) ?? new AgentDefinition();
        if (Check(run, body) is { } problem)
            return Failed(problem);
        var (client, error) = Open(run, body.Model!);
        if (client is null)
            return Failed(error!);
        using (client)
        {
            var chat = new AgentChat(client, body.Model!, _options);
            StageResult result;
            try
            {
                result = await AnswerAsync(run, body, chat, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                result = StageResult.Cancelled();
            }
            catch (OutputFailure e)
            {
                ExceptionDispatchInfo.Throw(e.InnerException!);
                throw;
            }
            catch (ModelFailure e)
            {
                result = StageResult.Failed("model_failed", run.Secrets.MaskText($"{body.Model!.Provider}/{body.Model.Name} failed: {e.InnerException!.Message}"));
            }

            return result with { Tokens = chat.Tokens, Cost = chat.Cost };
        }
    }

    private static StageResult Failed(StageError error) => new() { Outcome = StageOutcome.Failed, Error = error };

    private static StageError? Check(StageRun run, AgentDefinition body)
    {
        if (body.Model is null || string.IsNullOrEmpty(body.Model.Provider) || string.IsNullOrEmpty(body.Model.Name))
            return new StageError("model_missing", "The agent has no model; give 'model' a provider and a name.");
        var names = run.Pipeline.Personalities;
        foreach (var name in body.Consult.Prepend(body.Personality).OfType<string>())
        {
            if (!names.ContainsKey(name))
                return new StageError("personality_not_found", $"The pipeline has no personality '{name}'; {Nearest.Phrase(name, names.Keys) ?? "add it under 'personalities'."}");
        }

        if (body.Memory is { } memory && (memory.Recall < 0 || memory.Write is not ("none" or "summary" or "full")))
            return new StageError("memory_invalid", "'memory.recall' must be 0 or more and 'memory.write' one of none, summary, full.");
        return null;
    }

    private (IChatClient? Client, StageError? Error) Open(StageRun run, ModelDefinition model)
    {
        if (clients.Find(model.Provider) is not { } factory)
        {
            var hint = Nearest.Phrase(model.Provider, clients.Providers) ?? $"known are: {string.Join(", ", clients.Providers)}.";
            return (null, new StageError("model_provider_unknown", $"No provider '{model.Provider}' is set up; {hint}"));
        }

        try
        {
            return (factory(new ChatClientRequest(model, run.BaseFolder, model.ApiKey, run.Time)), null);
        }
        catch (Exception e)
        {
            return (null, new StageError("model_setup_failed", run.Secrets.MaskText(e.Message)));
        }
    }

    private static async Task<StageResult> AnswerAsync(StageRun run, AgentDefinition body, AgentChat chat, CancellationToken cancellationToken)
    {
        var isJson = run.Definition.Output?.Format == "json";
        await WarnAsync(run, body, cancellationToken);
        var prompt = await ConsultAsync(run, body, chat, cancellationToken);
        var personality = body.Personality is { } name ? run.Pipeline.Personalities[name] : null;
        var system = SystemPrompt.Build(personality, body.Personality, body.System);
        var answer = await CallAsync(() => chat.AskAsync(system, prompt, isJson, text => WriteAsync(run, text, cancellationToken), cancellationToken), cancellationToken);
        if (answer is null)
            return StageResult.Failed("output_too_large", "The model's answer is longer than what is taken; lower 'maxTokens'.");
        return isJson ? ReadJson(run, answer) : StageResult.Completed(StageJson.Write(run.Secrets.MaskText(answer)));
    }

    // What is written and has no effect is said, not passed over.
    private static async ValueTask WarnAsync(StageRun run, AgentDefinition body, CancellationToken cancellationToken)
    {
        if (body.Tools.Count > 0)
            await run.Output.LogAsync(LogSeverity.Warning, $"the model gets no tools: {string.Join(", ", body.Tools)} cannot be called by agents in this version", null, cancellationToken);
        if (run.Definition.Output?.Schema is { } schema && JsonSchemaRules.Unchecked(schema) is { Count: > 0 } keywords)
            await run.Output.LogAsync(LogSeverity.Warning, $"these keywords of the schema are not checked: {string.Join(", ", keywords)}", null, cancellationToken);
    }

    /// <summary>Asks the named personalities first; what they say goes before the prompt.</summary>
    private static async Task<string> ConsultAsync(StageRun run, AgentDefinition body, AgentChat chat, CancellationToken cancellationToken)
    {
        if (body.Consult.Count == 0)
            return body.Prompt;
        var asker = body.Personality ?? run.Stage;
        var advice = new StringBuilder();
        foreach (var name in body.Consult)
        {
            var personality = run.Pipeline.Personalities[name];
            await run.Output.MessageAsync(new AgentMessage(asker, name, "request", "none", Payload(body.Prompt)), cancellationToken);
            var system = SystemPrompt.Build(personality, name, "Another agent works on the task below and asks for your view. Give it shortly; the other agent answers.");
            var answer = await CallAsync(() => chat.AskAsync(system, body.Prompt, false, null, cancellationToken), cancellationToken) ?? "";
            await run.Output.MessageAsync(new AgentMessage(name, asker, "response", "none", Payload(answer)), cancellationToken);
            advice.Append("View of ").Append(personality.Name ?? name).Append(":\n").Append(answer).Append("\n\n");
        }

        return advice.Append("Task:\n").Append(body.Prompt).ToString();
    }

    // Only what the model throws is the model's failure: a log that cannot be written is another matter.
    private static async Task<string?> CallAsync(Func<Task<string?>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is not OutputFailure && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new ModelFailure(e);
        }
    }

    private static async ValueTask WriteAsync(StageRun run, string text, CancellationToken cancellationToken)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            await run.Output.WriteAsync(bytes.AsMemory(0, Encoding.UTF8.GetBytes(text, bytes)), OutputStream.Output, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new OutputFailure(e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static StageResult ReadJson(StageRun run, string answer)
    {
        using var json = AgentJson.Read(answer);
        if (json is null)
        {
            return StageResult.Failed("output_not_json", "The model's answer is no JSON, neither as a whole nor in a ```json fence.")
                with
            { Output = StageJson.Write(run.Secrets.MaskText(answer)) };
        }

        var output = run.Secrets.MaskJson(StageJson.Write(json.RootElement));
        var problem = OutputCheck.Check(run.Definition.Output, json.RootElement);
        return problem is null ? StageResult.Completed(output) : new StageResult { Outcome = StageOutcome.Failed, Error = problem, Output = output };
    }

    private static JsonElement Payload(string text) => JsonElement.Parse(StageJson.Write(text).Span);

    private sealed class ModelFailure(Exception inner) : Exception(inner.Message, inner);

    private sealed class OutputFailure(Exception inner) : Exception(inner.Message, inner);
}
