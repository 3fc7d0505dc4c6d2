using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sightglass.Server.Tests;

/// <summary>Lets a test await that the server logs something.</summary>
internal sealed class LogSignal : ILoggerFactory, ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _seen = new();

    public Task Of(int eventId) => Source(eventId).Task.WaitAsync(ServerHarness.Limit);

    public bool Has(int eventId) => Source(eventId).Task.IsCompleted;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => categoryName == "Sightglass.Server" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Source(eventId.Id).TrySetResult();

    public void Dispose()
    {
    }

    private TaskCompletionSource Source(int eventId) => _seen.GetOrAdd(eventId, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
