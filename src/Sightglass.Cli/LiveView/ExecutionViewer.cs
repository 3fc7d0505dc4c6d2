using Sightglass.Cli.Client;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>Reads a log and shows it.</summary>
internal static class ExecutionViewer
{
    /// <summary>Shows an execution from a cursor.</summary>
    /// <returns>The state at the end of what was read.</returns>
    public static async Task<ExecutionState> ShowAsync(IExecutionSource source, Guid id, long after, bool follow, ExecutionView view, CancellationToken cancellationToken)
    {
        var model = new ExecutionModel();
        await foreach (var lines in source.ReadAsync(id, after, follow, cancellationToken).ConfigureAwait(false))
        {
            view.ShowBytes(lines);
            foreach (var e in EventJson.ReadBlock(lines))
            {
                await model.ApplyAsync(e, source, cancellationToken).ConfigureAwait(false);
                view.Show(e, model);
            }

            view.Flush(model);
        }

        view.End(model);
        return model.State;
    }
}
