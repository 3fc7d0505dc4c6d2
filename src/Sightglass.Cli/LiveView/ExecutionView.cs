using Sightglass.Cli.Client;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>One way to show an execution while it runs.</summary>
internal abstract class ExecutionView : IConnectionNotices, IAsyncDisposable
{
    /// <summary>Gets told what will be shown, before the first event.</summary>
    public virtual void Begin(ExecutionModel model)
    {
    }

    /// <summary>Takes committed events as they are stored.</summary>
    public virtual void ShowBytes(ReadOnlyMemory<byte> lines)
    {
    }

    /// <summary>Shows an event that the model has taken in.</summary>
    public virtual void Show(ExecutionEvent e, ExecutionModel model)
    {
    }

    /// <summary>Lets the user see what was shown since the last call.</summary>
    public virtual void Flush()
    {
    }

    /// <summary>Shows how it ended, or how far it is where nobody waits for the end.</summary>
    public virtual ValueTask EndAsync(ExecutionModel model) => ValueTask.CompletedTask;

    /// <summary>Says something that is not in the log.</summary>
    public abstract void Say(string message);

    /// <inheritdoc/>
    public void Lost(string message) => Say(message);

    /// <inheritdoc/>
    public virtual void Back() => Say("Connected again.");

    /// <summary>Gives the terminal back as it was, on any thread and at any moment.</summary>
    public virtual void Restore()
    {
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
