using Microsoft.Extensions.Logging;

namespace Sightglass.Cli.Hosting;

/// <summary>Warnings and errors as lines on standard error: what a person at the terminal has to know, and nothing else.</summary>
internal sealed class ErrorLoggers(TextWriter error) : ILoggerFactory
{
    private readonly Lock _gate = new();

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, IsOurs(categoryName));

    public void Dispose()
    {
    }

    private static bool IsDebug => Environment.GetEnvironmentVariable("SIGHTGLASS_DEBUG") == "1";

    // What the web server says of itself either comes back as an exception, which we put into words, or concerns nobody.
    private static bool IsOurs(string category) => IsDebug || !category.StartsWith("Microsoft.", StringComparison.Ordinal);

    private void Write(LogLevel level, string message, Exception? exception)
    {
        var cause = exception is null ? "" : IsDebug ? Environment.NewLine + exception : " " + exception.Message;
        lock (_gate) error.WriteLine($"{(level >= LogLevel.Error ? "error" : "warning")}: {message}{cause}");
    }

    private sealed class LineLogger(ErrorLoggers owner, bool isHeard) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isHeard && logLevel is >= LogLevel.Warning and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) owner.Write(logLevel, formatter(state, exception), exception);
        }
    }
}
