using Microsoft.Extensions.Logging;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>Hears what the engine logs: that the rules failed on an execution is what never may be.</summary>
internal sealed class EngineEar(EngineWorld world) : ILogger
{
    private const int Parked = 1001;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => world.Story is not null || logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        world.Story?.Add($"engine: {formatter(state, exception)} {exception?.Message}");
        if (eventId.Id == Parked) world.Break($"parked: {exception}");
    }
}
