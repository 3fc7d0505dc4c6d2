using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Sightglass.Core.Agents;

/// <summary>
/// A chat model that plays a file of timed turns: for samples, demonstrations and tests, without a key or a network.
/// </summary>
/// <remarks>
/// The file is YAML or JSON beside the pipeline file:
/// <code>
/// turns:
///   - match: Analyse            # optional: a text that the messages must hold, upper and lower case alike
///     firstDelay: 300ms         # before the first chunk; default: delay
///     delay: 20ms               # before every other chunk; default: none
///     text: The answer is 42.   # streamed word by word; or:
///     chunks: [The an, swer]    # streamed as given
///     usage: { input: 12, output: 5 }   # default: the words of the messages and the chunks of the answer
///     error: overloaded         # after the chunks the call fails with this message
/// </code>
/// A call is answered by the first turn that matches and was not played yet; when all that match were played, by the last
/// of them again. What was played is known for one attempt of one stage: the next attempt begins anew. A call that no turn
/// matches fails. Delays run on the engine's clock.
/// </remarks>
public sealed class ScriptedChatClient : IChatClient
{
    private readonly ChatScript _script;
    private readonly TimeProvider _time;
    private readonly HashSet<ChatTurn> _played = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _gate = new();

    internal ScriptedChatClient(ChatScript script, TimeProvider time) => (_script, _time) = (script, time);

    /// <summary>Opens the file that the request's model names.</summary>
    /// <exception cref="InvalidDataException">The file is missing, outside the base folder, too large or no script.</exception>
    public static ScriptedChatClient Open(ChatClientRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new ScriptedChatClient(ChatScript.Read(request.BaseFolder, request.Model.Name), request.Time);
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = string.Join('\n', messages.Select(message => message.Text));
        var turn = Next(prompt);
        var count = 0;
        foreach (var piece in turn.Pieces())
        {
            var delay = count++ == 0 && turn.FirstDelay is { } first ? first.Value : turn.Delay.Value;
            if (delay > TimeSpan.Zero)
                await Task.Delay(delay, _time, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
        }

        if (turn.Error is not null)
            throw new InvalidOperationException(turn.Error);
        var usage = turn.Usage ?? new ChatTurnUsage { Input = ChatTurn.Words(prompt).Count(), Output = count };
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails
        {
            InputTokenCount = usage.Input,
            OutputTokenCount = usage.Output,
            TotalTokenCount = usage.Input + usage.Output,
        })])
        { FinishReason = ChatFinishReason.Stop };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <summary>Does nothing: a script holds nothing open.</summary>
    public void Dispose()
    {
    }

    private ChatTurn Next(string prompt)
    {
        lock (_gate)
        {
            ChatTurn? last = null;
            foreach (var turn in _script.Turns)
            {
                if (turn.Match is not null && !prompt.Contains(turn.Match, StringComparison.OrdinalIgnoreCase))
                    continue;
                last = turn;
                if (_played.Add(turn))
                    return turn;
            }

            return last ?? throw new InvalidOperationException("No turn of the script matches the prompt; add one without 'match' for all others.");
        }
    }
}
