using System.Runtime.InteropServices;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>The live view: a tree of stages, redrawn while the execution runs and left whole at its end.</summary>
internal sealed class TreeView : ExecutionView
{
    // Ten frames a second: a spinner turns smoothly, and a terminal over a network keeps up.
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(100);

    private readonly TextWriter _output;
    private readonly TerminalScreen _screen;
    private readonly FrameRenderer _renderer;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration? _suspended;
    private Task _drawing = Task.CompletedTask;
    private volatile string? _message;

    public TreeView(TextWriter output, TerminalScreen screen, FrameRenderer renderer, TimeProvider time)
    {
        _output = output;
        _screen = screen;
        _renderer = renderer;
        _time = time;

        // Ctrl-Z: the shell gets its own screen back; the next frame after "fg" takes the other one again.
        if (!OperatingSystem.IsWindows()) _suspended = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => _screen.Suspend());
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    public override void Begin(ExecutionModel model) => _drawing = DrawAsync(model, _stopping.Token);

    public override async ValueTask EndAsync(ExecutionModel model)
    {
        await StopAsync().ConfigureAwait(false);
        foreach (var line in _renderer.DrawWhole(model, TerminalScreen.Size.Columns, _time.GetUtcNow())) _output.WriteLine(line);
        await _output.FlushAsync().ConfigureAwait(false);
    }

    public override void Say(string message) => _message = message;

    public override void Back() => _message = null;

    public override void Restore() => _screen.Close();

    public override async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _suspended?.Dispose();
        _stopping.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task DrawAsync(ExecutionModel model, CancellationToken cancellationToken)
    {
        // A run that ends before the first frame never takes the screen.
        using var timer = new PeriodicTimer(FrameTime, _time);
        try
        {
            for (var tick = 0; await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false); tick++)
            {
                List<string> frame;
                lock (model.Gate)
                {
                    if (model.State.LastSeq == 0 || model.State.Status.IsTerminal()) continue;
                    frame = _renderer.Draw(model, TerminalScreen.Size, _time.GetUtcNow(), tick, _message);
                }

                _screen.Draw(frame);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async ValueTask StopAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _drawing.ConfigureAwait(false);
        _screen.Close();
    }

    private void OnExit(object? sender, EventArgs e) => _screen.Close();
}
