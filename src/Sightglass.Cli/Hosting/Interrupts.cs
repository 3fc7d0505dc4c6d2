using System.Runtime.InteropServices;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Hosting;

/// <summary>What SIGINT, SIGTERM and SIGHUP do: the first asks to stop, the second ends the process at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<string> _first;
    private readonly Action _second;
    private int _count;

    /// <summary>Starts listening.</summary>
    /// <param name="first">Called once, with the name of what the user did.</param>
    /// <param name="second">Called before the process ends at once.</param>
    public Interrupts(Action<string> first, Action second)
    {
        _first = first;
        _second = second;
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, "Ctrl-C")));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => On(context, "a request to end (SIGTERM)")));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => On(context, "the end of the terminal (SIGHUP)")));
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    private void On(PosixSignalContext context, string what)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 1)
        {
            _first(what);
            return;
        }

        _second();
        Environment.Exit(ExitCodes.Interrupted);
    }
}
