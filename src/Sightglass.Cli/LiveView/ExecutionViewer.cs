using Sightglass.Cli.Client;
using Sightglass.Cli.Commands;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>Reads a log and shows it.</summary>
internal static class ExecutionViewer
{
    /// <summary>Shows an execution from its first event.</summary>
    /// <returns>The state at the end of what was read.</returns>
    /// <exception cref="CommandRefusedException">It was to be followed to its end, and a defect has parked it.</exception>
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
        if (follow && !model.State.Status.IsTerminal()) await RequireNotParkedAsync(source, id, cancellationToken).ConfigureAwait(false);
        return model.State;
    }

    /// <summary>Says why nothing more came of an execution that has not ended.</summary>
    /// <exception cref="CommandRefusedException">A defect has parked it.</exception>
    public static async Task RequireNotParkedAsync(IExecutionSource source, Guid id, CancellationToken cancellationToken)
    {
        if (await source.FindParkedAsync(id, cancellationToken).ConfigureAwait(false) is { } reason)
            throw new CommandRefusedException(ExitCodes.Defect, $"The execution is parked by a defect: {reason}\nIts log stands as it was. Report it; the next start of sightglass tries it again.");
    }
}
