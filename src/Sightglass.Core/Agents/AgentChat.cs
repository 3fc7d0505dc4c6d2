using System.Text;
using Microsoft.Extensions.AI;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Agents;

/// <summary>The calls of one attempt to its model, and what they used.</summary>
internal sealed class AgentChat(IChatClient client, ModelDefinition model, AgentStageOptions options)
{
    private long _input;
    private long _output;
    private bool _isCounted;

    /// <summary>Gets the tokens of all calls; null where the model counted none.</summary>
    public TokenUsage? Tokens => _isCounted ? new TokenUsage(_input, _output) : null;

    /// <summary>Gets the cost in US dollars; null where the model has no price or counted no tokens.</summary>
    public decimal? Cost =>
        _isCounted && (options.Prices.GetValueOrDefault($"{model.Provider}/{model.Name}") ?? options.Prices.GetValueOrDefault(model.Name)) is { } price
            ? ((_input * price.InputPerMillion) + (_output * price.OutputPerMillion)) / 1_000_000m
            : null;

    /// <summary>Asks, and hands on each piece of the answer as it comes.</summary>
    /// <returns>The answer, or null where it is longer than the limit.</returns>
    public async Task<string?> AskAsync(string? system, string prompt, bool isJson, Func<string, ValueTask>? onText, CancellationToken cancellationToken)
    {
        List<ChatMessage> messages = system is null ? [] : [new ChatMessage(ChatRole.System, system)];
        messages.Add(new ChatMessage(ChatRole.User, prompt));
        var settings = new ChatOptions
        {
            ModelId = model.Name,
            Temperature = (float?)model.Temperature,
            MaxOutputTokens = model.MaxTokens,
            ResponseFormat = isJson ? ChatResponseFormat.Json : null,
        };

        var answer = new StringBuilder();
        var half = "";
        await foreach (var update in client.GetStreamingResponseAsync(messages, settings, cancellationToken))
        {
            Count(update);
            if (update.Text is not { Length: > 0 } text)
                continue;
            text = half + text;
            // Half of a character cannot be written; its other half begins the next piece.
            half = char.IsHighSurrogate(text[^1]) ? text[^1..] : "";
            text = text[..^half.Length];
            answer.Append(text);
            if (onText is not null && text.Length > 0)
                await onText(text);
            if (answer.Length > options.MaxAnswerLength)
                return null;
        }

        return answer.ToString();
    }

    private void Count(ChatResponseUpdate update)
    {
        foreach (var usage in update.Contents.OfType<UsageContent>())
        {
            _input += usage.Details.InputTokenCount ?? 0;
            _output += usage.Details.OutputTokenCount ?? 0;
            _isCounted = true;
        }
    }
}
