using Sightglass.Cli.Client;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>Reads a log and shows it.</summary>
internal static class ExecutionViewer
{
    /// <summary>Shows an execution from its first event.</summary>
    /// <returns>The state at the end of what was read.</returns>
    public static async Task<ExecutionState> ShowAsync(IExecutionSource source, Guid id, bool follow, ExecutionView view, CancellationToken cancellationToken)
    {
        var model = new ExecutionModel();
        view.Begin(model);
        await foreach (var lines in source.ReadAsync(id, 0, follow, cancellationToken).ConfigureAwait(false))
        {
            view.ShowBytes(lines);
            foreach (var e in EventJson.ReadBlock(lines))
            {
                var plan = e.Data is ExecutionCreated { Plan.IsInline: false } created
                    ? await source.ReadValueAsync(created.Plan, cancellationToken).ConfigureAwait(false)
                    : default;
                model.Apply(e, plan);
                view.Show(e, model);
            }

            view.Flush();
        }

        await view.EndAsync(model).ConfigureAwait(false);
        return model.State;
    }
}
