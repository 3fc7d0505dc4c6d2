using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Hears from the router which requests reach the handler of a route and which of them have left it, and keeps what
/// anybody logs as an error.</summary>
internal sealed class HandlerLog : ILoggerFactory, ILogger
{
    private const string Router = "Microsoft.AspNetCore.Routing.EndpointMiddleware";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _reached = [];
    private TaskCompletionSource? _quiet;
    private int _open;

    /// <summary>Gets how many requests reached a handler.</summary>
    public int Entered { get; private set; }

    /// <summary>Gets which routes were reached, by method and pattern.</summary>
    public IReadOnlyList<string> Routes
    {
        get
        {
            lock (_gate) return [.. _reached];
        }
    }

    public ConcurrentQueue<string> Errors { get; } = new();

    public ILogger CreateLogger(string categoryName) => categoryName == Router ? new RouterLog(this) : this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    // A log that cannot be followed is a warning of ours: only the store of a test that breaks it may be away.
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error || eventId.Id == 2004) Errors.Enqueue($"{formatter(state, exception)}\n{exception}");
    }

    public void Dispose()
    {
    }

    /// <summary>Waits until no handler is at work: streams that were left have been noticed as well.</summary>
    public Task WhenQuietAsync(TimeSpan limit)
    {
        lock (_gate) return _open == 0 ? Task.CompletedTask : (_quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(limit);
    }

    private void Count(string eventName, Endpoint? endpoint)
    {
        if (endpoint is not RouteEndpoint route) return;
        lock (_gate)
        {
            if (eventName == "ExecutedEndpoint" && --_open == 0) _quiet?.TrySetResult();
            if (eventName != "ExecutingEndpoint") return;
            _open++;
            Entered++;
            if (_quiet is { Task.IsCompleted: true }) _quiet = null;
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]) _reached.Add($"{method} /{route.RoutePattern.RawText!.TrimStart('/')}");
        }
    }

    private sealed class RouterLog(HandlerLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Count(eventId.Name ?? "", (state as IReadOnlyList<KeyValuePair<string, object?>>)?.Select(static s => s.Value).OfType<Endpoint>().FirstOrDefault());
    }
}
