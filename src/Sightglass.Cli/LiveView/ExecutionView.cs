using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>One way to show an execution while it runs.</summary>
internal abstract class ExecutionView : IAsyncDisposable
{
    /// <summary>Takes committed events as they are stored.</summary>
    public virtual void ShowBytes(ReadOnlyMemory<byte> lines)
    {
    }

    /// <summary>Shows an event that the model has taken in.</summary>
    public virtual void Show(ExecutionEvent e, ExecutionModel model)
    {
    }

    /// <summary>Lets the user see what was shown since the last call.</summary>
    public virtual void Flush(ExecutionModel model)
    {
    }

    /// <summary>Shows how it ended, or how far it is where nobody waits for the end.</summary>
    public virtual void End(ExecutionModel model)
    {
    }

    /// <summary>Says something that is not in the log.</summary>
    public abstract void Say(string message);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
