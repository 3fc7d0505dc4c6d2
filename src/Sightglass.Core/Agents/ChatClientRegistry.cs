using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace Sightglass.Core.Agents;

/// <summary>The providers of chat models that agent stages name. <c>script</c> is there from the start: it plays a file
/// (<see cref="ScriptedChatClient"/>).</summary>
public sealed class ChatClientRegistry
{
    private readonly ConcurrentDictionary<string, Func<ChatClientRequest, IChatClient>> _factories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["script"] = ScriptedChatClient.Open,
    };

    /// <summary>Gets the providers' names.</summary>
    public IReadOnlyCollection<string> Providers => [.. _factories.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a provider or replaces one.</summary>
    /// <param name="provider">The name that pipeline files use.</param>
    /// <param name="factory">Makes a client for one attempt, which disposes it; connections worth keeping are shared behind it.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public ChatClientRegistry Register(string provider, Func<ChatClientRequest, IChatClient> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(provider);
        ArgumentNullException.ThrowIfNull(factory);
        _factories[provider] = factory;
        return this;
    }

    internal Func<ChatClientRequest, IChatClient>? Find(string provider) => _factories.GetValueOrDefault(provider);
}
